"""The backend: REST endpoints, the WebSocket and their OpenAPI document."""
