"""Cells of tables that spreadsheet programs open."""

import pytest

from stressvision.core.spreadsheets import escape_formula


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠SUM", "\n\n=1"]
)
def test_cell_that_a_spreadsheet_would_run_is_prefixed(text: str) -> None:
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Ana; =1+1", "x;=1", "x;\t@SUM(A1)", "x;;＝1", "x;'ok;-1"])
def test_formula_behind_another_separator_is_prefixed(text: str) -> None:
    cells = [cell.strip() for cell in escape_formula(text).split(";")]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "-", "＝"))]


@pytest.mark.parametrize("text", ["", "Ana Torres", "a=b", "Línea 2; turno noche", "1-2"])
def test_other_text_is_unchanged(text: str) -> None:
    assert escape_formula(text) == text
