"""Connections, transactions, the write queue, prepared statements and column types."""
