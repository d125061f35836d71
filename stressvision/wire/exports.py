"""The request that the backend sends to the process that writes Parquet."""

from stressvision.core.config import Policy
from stressvision.domain.emotions import Emotion
from stressvision.wire.values import Moment, WireModel


class ParquetRequest(WireModel):
    """Filter of one export and the policy in force, read by the process from its standard input (docs/adr/0017)."""

    start: Moment | None
    end: Moment | None
    employee_id: int | None
    emotion: Emotion | None
    cursor: str | None
    limit: int | None
    policy: Policy
