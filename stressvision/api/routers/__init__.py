"""REST and WebSocket endpoints, one module per resource. Each calls one service and holds no rule of its own.

The routes' summaries are in `api/openapi/document.py`, in both languages; a docstring would be published in one.
"""
