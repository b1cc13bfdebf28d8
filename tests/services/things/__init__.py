"""Devices, doors, logs, operations, accounts and what the doors hold."""
