"""Following one person's events is a look at that person."""

from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.people.employees import existing_employee


def record_follower(context: Context, employee_id: int, actor: Actor) -> None:
    """Raises NotFound."""
    with context.database.write() as connection:
        existing_employee(connection, employee_id)
        record(connection, context, actor, "follow_employee", "employee", employee_id)
