"""Outbox, HTTP client and gallery: the exchange with the ingest server."""
