"""Drafts of the legal papers of an installation: templates in Spanish, filled in with its settings and counts."""
