"""The JSON that crosses a process boundary, as pydantic models shared by the edge, the servers and the dashboard."""
