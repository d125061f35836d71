"""Copies of the database: whole, incremental, encrypted, restored, moved."""
