"""Accounts, login, tokens and authentication."""
