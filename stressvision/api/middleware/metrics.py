"""Prometheus metrics: requests, WebSocket clients, position of the feed, pending alerts and notifications."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

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
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stressvision import VERSION
from stressvision.api.expensive_work import ExpensiveWork, Kind
from stressvision.api.websocket.hub import Hub
from stressvision.domain.alerts import AlertStatus
from stressvision.domain.auth import Role, sees_persons
from stressvision.http.permissions import may_call
from stressvision.services.auth.hashing import PASSWORD_QUEUE
from stressvision.services.vitals import Vitals, read_odd_fields
from stressvision.wire.notifications import NoticeQueue

_UNMATCHED = "unmatched"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds. Cached responses take less than 0.001, an enrolment several seconds."""

# Creation times would double the number of series. (The function is untyped in the library.)
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The metrics of one application, in a registry of its own: two applications in one process do not mix."""

    def __init__(self, hub: Hub, expensive: ExpensiveWork) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "stressvision_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "stressvision_http_request_seconds", "Time to answer.", ["route"], buckets=_BUCKETS, registry=self.registry
        )
        self.database_up = Gauge("stressvision_database_up", "1 while the database answers.", registry=self.registry)
        self.pending_alerts = Gauge(
            "stressvision_pending_alerts", "Alerts not acknowledged yet.", registry=self.registry
        )
        self.alerts = Gauge("stressvision_alerts", "Alerts by status.", ["status"], registry=self.registry)
        self.last_event = Gauge("stressvision_feed_last_event_id", "Id of the last event.", registry=self.registry)
        self.database_bytes = Gauge(
            "stressvision_database_size_bytes", "Size of the database on disk.", registry=self.registry
        )
        self.devices = Gauge("stressvision_devices", "Cameras known.", registry=self.registry)
        self.silent_devices = Gauge(
            "stressvision_devices_silent", "Cameras that have not reported lately.", registry=self.registry
        )
        self.repairs = Gauge(
            "stressvision_repairs", "1 for each kind of repair needed.", ["kind"], registry=self.registry
        )
        self.repair_left = Gauge(
            "stressvision_repair_left_seconds", "Time until the damage.", ["kind"], registry=self.registry
        )
        self.notices = Gauge(
            "stressvision_notifications", "Messages by state: waiting, failed.", ["state"], registry=self.registry
        )
        self.notices_failing = Gauge(
            "stressvision_notifications_failing_seconds",
            "Age of the oldest message whose delivery failed.",
            registry=self.registry,
        )
        self._gauge("stressvision_websocket_clients", "Clients connected to /ws.", lambda: hub.connected)
        self._gauge(
            "stressvision_websocket_queue_messages", "Messages queued for the slowest client.", hub.longest_queue
        )
        self.registry.register(_DroppedClients(hub))
        self.registry.register(_ExpensiveWorkCollector(expensive))
        self.registry.register(_OddFields())
        self._gauge("stressvision_feed_position", "Id of the last event published.", lambda: hub.position)

        Info("stressvision_build", "Version of the program.", registry=self.registry).info({"version": VERSION})
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def set_vitals(self, vitals: Vitals) -> None:
        """Set the gauges of alerts, feed and database."""
        for status, count in vitals.alerts.items():
            self.alerts.labels(str(status)).set(count)
        self.pending_alerts.set(vitals.alerts[AlertStatus.PENDING])
        self.last_event.set(vitals.last_event_id)
        self.database_bytes.set(vitals.database_bytes)
        self.devices.set(vitals.devices)
        self.silent_devices.set(vitals.silent_devices)
        self.repairs.clear()
        self.repair_left.clear()
        for kind, days_left in vitals.repairs.items():
            self.repairs.labels(kind).set(1)
            self.repair_left.labels(kind).set(days_left * _SECONDS_A_DAY)

    def set_notifications(self, queue: NoticeQueue, now: datetime) -> None:
        """Set the gauges of the notification queue."""
        self.notices.labels("waiting").set(queue.waiting or 0)
        self.notices.labels("failed").set(queue.failed or 0)
        self.notices_failing.set((now - queue.failing_since).total_seconds() if queue.failing_since else 0)

    def _gauge(self, name: str, documentation: str, read: Callable[[], float]) -> None:
        Gauge(name, documentation, registry=self.registry).set_function(read)


_SYSTEM_FAMILIES = frozenset(
    {
        "stressvision_build",
        "stressvision_database_up",
        "stressvision_expensive_running",
        "stressvision_expensive_waiting",
        "stressvision_expensive_refused",
        "stressvision_http_requests",
        "stressvision_http_request_seconds",
        "stressvision_websocket_clients",
        "stressvision_devices",
        "stressvision_devices_silent",
        "stressvision_repairs",
        "stressvision_repair_left_seconds",
        "process_start_time_seconds",
        "process_resident_memory_bytes",
        "process_virtual_memory_bytes",
        "process_open_fds",
        "process_max_fds",
    }
)
"""Metrics that do not vary with single detections and alerts. Requests are counted for the routes a role may call."""


class RoleRegistry(Collector):
    """The metrics that a role may see: all of them, or the system's without any that varies with persons."""

    def __init__(self, registry: CollectorRegistry, role: Role | None) -> None:
        self._registry, self._role = registry, role

    def collect(self) -> Iterator[Metric]:
        """Yield the metric families, with the samples that the role may see."""
        for family in self._registry.collect():
            if sees_persons(self._role):
                yield family
            elif family.name in _SYSTEM_FAMILIES:
                family.samples = [sample for sample in family.samples if self._may_see(sample.labels)]
                yield family

    def _may_see(self, labels: Mapping[str, str]) -> bool:
        route = labels.get("route")
        return route in {None, _UNMATCHED} or any(may_call(self._role, method, route or "") for method in _METHODS)


_SECONDS_A_DAY = 86_400
_METHODS = ("GET", "POST", "PATCH", "DELETE")


_HASHING = "password"
"""Kind of the queue of password hashes, which is the process's."""


class _DroppedClients(Collector):
    """Export the hub's count of dropped clients as a counter."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterator[CounterMetricFamily]:
        name, documentation = "stressvision_websocket_dropped", "Clients dropped for being too slow."
        yield CounterMetricFamily(name, documentation, value=self._hub.dropped)


class _ExpensiveWorkCollector(Collector):
    """Export the queues of expensive answers, by kind, and that of password hashes."""

    def __init__(self, work: ExpensiveWork) -> None:
        self._work = work

    def collect(self) -> Iterator[Metric]:
        running = GaugeMetricFamily(
            "stressvision_expensive_running", "Expensive answers being computed.", labels=["kind"]
        )
        waiting = GaugeMetricFamily(
            "stressvision_expensive_waiting", "Requests for expensive answers that wait.", labels=["kind"]
        )
        refused = CounterMetricFamily(
            "stressvision_expensive_refused", "Requests for expensive answers refused with 429.", labels=["kind"]
        )
        for kind in Kind:
            running.add_metric([kind], self._work.count_running(kind))
            waiting.add_metric([kind], self._work.count_waiting(kind))
            refused.add_metric([kind], self._work.count_refused(kind))
        running.add_metric([_HASHING], PASSWORD_QUEUE.running)
        waiting.add_metric([_HASHING], PASSWORD_QUEUE.waiting)
        refused.add_metric([_HASHING], PASSWORD_QUEUE.refused)
        yield from (running, waiting, refused)


class _OddFields(Collector):
    """Export the count of values read that another program stored in a form of its own."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily(
            "stressvision_odd_fields_read",
            "Stored values of a form that their field does not have, shown as null, 0 or as they stand.",
            labels=["row", "field"],
        )
        for (row, field), count in read_odd_fields().items():
            family.add_metric([row, field], count)
        if family.samples:
            yield family


class MetricsMiddleware:
    """Count every HTTP request under its route, never under its literal path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        """Counter and histogram by method, route and status: their look-up by labels costs several microseconds."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        started_at = time.perf_counter()

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
            series = self._series.get((method, route, status))
            if series is None:
                series = self._series[method, route, status] = (
                    self.metrics.requests.labels(method, route, status),
                    self.metrics.request_seconds.labels(route),
                )
            series[0].inc()
            series[1].observe(time.perf_counter() - started_at)
