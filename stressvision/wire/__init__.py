"""The JSON that crosses a process boundary: the one thing the edge, the servers and the dashboard share."""
