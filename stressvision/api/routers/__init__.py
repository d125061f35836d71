"""REST and WebSocket endpoints, one module per resource. Each calls one service and holds no rule of its own."""
