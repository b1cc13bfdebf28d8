"""Tests of the reusable widgets, each in a small host application."""
