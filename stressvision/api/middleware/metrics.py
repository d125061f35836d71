"""What a monitoring system reads: counts of requests and clients, where the feed stands, what waits for a person."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stressvision import VERSION
from stressvision.api.websocket.hub import Hub
from stressvision.domain.alerts import AlertStatus
from stressvision.services.vitals import Vitals
from stressvision.wire.notifications import NoticeQueue

_UNMATCHED = "unmatched"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds. Kept answers take less than one of a thousand, an enrolment some whole ones."""


# A time of birth beside every counter: as many series again, which nobody reads. (The library does not type it.)
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """One registry an application, so that two in one process do not count for each other."""

    def __init__(self, hub: Hub) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "stressvision_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "stressvision_http_request_seconds", "Time to answer.", ["route"], buckets=_BUCKETS, registry=self.registry
        )
        self.database_up = Gauge("stressvision_database_up", "1 while the database answers.", registry=self.registry)
        self.pending_alerts = Gauge(
            "stressvision_pending_alerts", "Alerts nobody has looked at.", registry=self.registry
        )
        self.alerts = Gauge("stressvision_alerts", "Alerts by status.", ["status"], registry=self.registry)
        self.last_event = Gauge("stressvision_feed_last_event_id", "The last event there is.", registry=self.registry)
        self.database_bytes = Gauge(
            "stressvision_database_size_bytes", "The database on the disk.", registry=self.registry
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
        self._gauge(
            "stressvision_websocket_queue_messages", "What waits for the client furthest behind.", hub.longest_queue
        )
        self.registry.register(_Dropped(hub))
        self._gauge("stressvision_feed_position", "Id of the last event handed out.", lambda: hub.position)

        Info("stressvision_build", "What runs.", registry=self.registry).info({"version": VERSION})
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def read_vitals(self, vitals: Vitals) -> None:
        for status, count in vitals.alerts.items():
            self.alerts.labels(str(status)).set(count)
        self.pending_alerts.set(vitals.alerts[AlertStatus.PENDING])
        self.last_event.set(vitals.last_event_id)
        self.database_bytes.set(vitals.database_bytes)

    def read_queue_state(self, queue: NoticeQueue, now: datetime) -> None:
        self.notices.labels("waiting").set(queue.waiting)
        self.notices.labels("failed").set(queue.failed)
        self.notices_failing.set((now - queue.failing_since).total_seconds() if queue.failing_since else 0)

    def _gauge(self, name: str, documentation: str, read: Any) -> None:
        Gauge(name, documentation, registry=self.registry).set_function(read)


class _Dropped(Collector):
    """A counter that the hub counts."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterator[CounterMetricFamily]:
        name, told = "stressvision_websocket_dropped", "Clients dropped for being too slow."
        yield CounterMetricFamily(name, told, value=self._hub.dropped)


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
