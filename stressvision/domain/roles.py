"""Who may do what once there are accounts: four roles, each with as little as its work needs."""

from enum import StrEnum


class Role(StrEnum):
    DEVICE = "device"
    """A camera device: delivers what it saw under its own name, and reads whom it may recognise."""
    VIEWER = "viewer"
    """Plant management: aggregates, nobody's in particular."""
    HEALTH = "health"
    """Occupational health: persons, alerts, exports."""
    ADMIN = "admin"
    """Who runs it: accounts, devices, employees' records and consent; no measurement of anybody."""


PEOPLE = frozenset({Role.VIEWER, Role.HEALTH, Role.ADMIN})
"""The roles that a person's account can have; a device has a token and no account."""


def sees_persons(role: Role | None) -> bool:
    """Who gets what was measured of single persons, within answers and events that others get too.

    None: there are no accounts, and nobody has to say who they are.
    """
    return role in {None, Role.HEALTH}
