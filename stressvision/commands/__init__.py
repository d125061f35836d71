"""Subcommands of `python -m stressvision`, and the two helper processes of the backend."""
