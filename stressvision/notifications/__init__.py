"""Outgoing messages by e-mail and webhook: compose them, and deliver them from the queue."""
