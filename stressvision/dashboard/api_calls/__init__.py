"""Typed requests to the API, one module per page."""
