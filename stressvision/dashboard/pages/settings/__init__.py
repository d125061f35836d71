"""Ajustes: thresholds with a preview, recipients of notifications, retention, backups and policy."""
