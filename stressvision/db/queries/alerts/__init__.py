"""Statements on alerts, their history, silences and notifications."""
