"""ASGI middleware: request policy, authentication, response cache, metrics."""
