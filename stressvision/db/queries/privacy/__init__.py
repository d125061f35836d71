"""Statements on a person's rights, erasure and retention."""
