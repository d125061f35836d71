"""Statements on accounts, tokens and the audit log."""
