"""Names in one form, and their Spanish order."""

import pytest
from pydantic import ValidationError

from stressvision.core.names import clean_name, group_order, spanish_order
from stressvision.wire.people import EmployeeNew


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Nun\u0303ez Iba\u0301n\u0303ez", "Nuñez Ibáñez"),
        ("José\u00a0Pérez", "José Pérez"),
        ("علی\u200cرضا", "علیرضا"),
        ("\ufeffLuis  Ramos\u2009", "Luis Ramos"),
        ("Ana\u00ad\u200bMaría\tVega", "AnaMaría Vega"),
        ("李小龙", "李小龙"),
    ],
)
def test_name_is_stored_composed_without_invisible_characters(typed: str, stored: str) -> None:
    assert clean_name(typed) == stored
    assert EmployeeNew(employee_code="EMP001", full_name=typed, department=typed).department == stored


@pytest.mark.parametrize("typed", ["Ana\nVega", "Ana\x07", "\ufeff\u200b", "\u00a0"])
def test_control_characters_and_names_of_nothing_are_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        EmployeeNew(employee_code="EMP001", full_name=typed)


def test_names_are_in_the_order_of_the_spanish_alphabet() -> None:
    names = ["Zoila", "Óscar", "Ñandú", "Nuñez", "Nunz", "Łukasz", "Lucía", "Íñigo", "alvaro", "Álvaro"]
    assert sorted(names, key=spanish_order) == [
        *("alvaro", "Álvaro", "Íñigo", "Lucía", "Łukasz", "Nunz", "Nuñez", "Ñandú", "Óscar", "Zoila")
    ]


def test_groups_are_in_the_order_of_their_names_and_people_without_one_are_last() -> None:
    assert sorted(["Zona 2", None, "Órdenes", "Línea"], key=group_order) == ["Línea", "Órdenes", "Zona 2", None]
