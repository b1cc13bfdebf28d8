"""Clocks, sites, guards and rows that tests share."""
