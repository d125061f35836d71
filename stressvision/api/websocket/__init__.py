"""The live WebSocket: reader of the change feed, hub, and one session per client."""
