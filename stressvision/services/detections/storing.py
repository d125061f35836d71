"""Storing detections that arrive one by one: those that wait for the same transaction are inserted together."""

from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial

from stressvision.db.engine.connection import Connection
from stressvision.db.engine.write_queue import Shared
from stressvision.services.context import Context
from stressvision.services.detections.single import store_in
from stressvision.services.detections.together import prepare, store_together
from stressvision.wire.detections import DetectionAccepted, DetectionIn


def store_detection(context: Context, detection: DetectionIn) -> DetectionAccepted:
    """Store a detection and return when it is on disk; a repeated event_id is stored once and gets the same answer.

    Raises InvalidInput (unknown employee or session, clock ahead) and ConsentMissing.
    """
    return submit_detection(context, detection).result()


def submit_detection(context: Context, detection: DetectionIn) -> "Future[DetectionAccepted]":
    """As store_detection, without waiting: the future is resolved when the detection is on disk or was refused."""
    work = partial(store_in, context=context, detection=detection)
    shared = Shared(_store_shared, (context, detection))
    return context.database.queue.submit(work, context.sightings.forget, shared)


def _store_shared(
    connection: Connection, items: Sequence[tuple[Context, DetectionIn]]
) -> Sequence[DetectionAccepted] | None:
    """Store detections of one context; None, and nothing written, where one of them needs an answer of its own."""
    context = items[0][0]
    prepared = prepare(context, [detection for _, detection in items])
    return store_together(connection, context, prepared) if prepared else None
