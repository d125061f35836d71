"""What a monitoring system reads: counts of requests and clients, where the feed stands, what waits for a person."""

import time
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stressvision.api.hub import Hub
from stressvision.wire.notices import NoticeQueue

_UNMATCHED = "unmatched"


class Metrics:
    """One registry an application, so that two in one process do not count for each other."""

    def __init__(self, hub: Hub) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "stressvision_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "stressvision_http_request_seconds", "Time to answer.", ["route"], registry=self.registry
        )
        self.database_up = Gauge("stressvision_database_up", "1 while the database answers.", registry=self.registry)
        self.pending_alerts = Gauge(
            "stressvision_pending_alerts", "Alerts nobody has looked at.", registry=self.registry
        )
        self.notices = Gauge(
            "stressvision_notifications", "Messages by state: waiting, failed.", ["state"], registry=self.registry
        )
        self.notices_failing = Gauge(
            "stressvision_notifications_failing_seconds",
            "Age of the oldest message that has been tried in vain.",
            registry=self.registry,
        )
        self._gauge("stressvision_websocket_clients", "Clients connected to /ws.", lambda: hub.connected)
        self._gauge("stressvision_websocket_dropped", "Clients dropped for being too slow.", lambda: hub.dropped)
        self._gauge("stressvision_feed_position", "Id of the last event handed out.", lambda: hub.position)

    def tell_notices(self, queue: NoticeQueue, now: datetime) -> None:
        self.notices.labels("waiting").set(queue.waiting)
        self.notices.labels("failed").set(queue.failed)
        self.notices_failing.set((now - queue.failing_since).total_seconds() if queue.failing_since else 0)

    def _gauge(self, name: str, documentation: str, read: Any) -> None:
        Gauge(name, documentation, registry=self.registry).set_function(read)


class MetricsMiddleware:
    """Counts every HTTP request under the route that answered it, never under its literal path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def send_observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_observed)
        finally:
            route = getattr(scope.get("route"), "path", _UNMATCHED)
            method = scope["method"] if route != _UNMATCHED else "any"
            self.metrics.requests.labels(method, route, status).inc()
            self.metrics.request_seconds.labels(route).observe(time.perf_counter() - began)
