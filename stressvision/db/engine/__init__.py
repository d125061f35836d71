"""Connections, transactions, the write queue, prepared statements and the change feed."""
