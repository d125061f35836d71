"""ASGI middleware: request checks, authentication, response cache, metrics."""
