"""Settings in the console: read, change, follow, and preview an alert rule."""
