"""Search of employees by name and code, for lists of people and of what belongs to them."""

from stressvision.core.names import clean_name, fold_name
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.people.employees import select_names


def find_people(connection: Connection, search: str) -> list[int]:
    """Return the employees whose name or code contains every word of the search, without case and accents."""
    words = fold_name(clean_name(search)).split()
    return [
        employee_id
        for employee_id, name, code in select_names(connection)
        if all(word in fold_name(f"{name} {code}") for word in words)
    ]
