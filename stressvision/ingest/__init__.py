"""The ingest server: the Flask application that devices post to."""
