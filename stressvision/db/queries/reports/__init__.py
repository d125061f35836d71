"""Statements on reports and summaries."""
