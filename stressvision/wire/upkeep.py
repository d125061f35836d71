"""What an installation needs repaired."""

from stressvision.wire.values import Moment, WireModel


class RepairItem(WireModel):
    """One repair, in the reader's language. `days_left`: until the damage, null where it is not a matter of days."""

    kind: str
    is_urgent: bool
    days_left: float | None
    message: str
    remedy: str
    found_at: Moment


class RepairList(WireModel):
    """The repairs that the last inspection found, the urgent ones first."""

    repairs: list[RepairItem]
    total: int
