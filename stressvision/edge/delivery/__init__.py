"""The exchange with the ingest server: outbox, uploader, HTTP client, gallery."""
