"""Following one person's events is a look at that person."""

from stressvision.db.employees import select_standings
from stressvision.errors import Message, NotFound
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context


def record_follower(context: Context, employee_id: int, actor: Actor) -> None:
    """Raises NotFound."""
    with context.database.write() as connection:
        if employee_id not in select_standings(connection, [employee_id]):
            raise NotFound(
                Message(es=f"No existe el empleado {employee_id}.", en=f"There is no employee {employee_id}.")
            )
        record(connection, context, actor, "follow_employee", "employee", employee_id)
