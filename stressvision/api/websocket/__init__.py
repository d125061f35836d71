"""The WebSocket endpoint: hub, subscriptions, replay of the change feed."""
