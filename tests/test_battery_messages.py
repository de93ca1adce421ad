"""The texts that the report takes from data and code are the ones that are translated."""

import ast
from pathlib import Path

import pytest

import auditor
from tests.battery_messages import TEXTS, battery_messages, strings_of

BATTERY = Path(auditor.__file__).parent / "battery"


@pytest.fixture(scope="module")
def told() -> list[tuple[str, str]]:
    return list(battery_messages())


@pytest.mark.parametrize("place", sorted(TEXTS))
def test_every_listed_text_is_still_said(place: str) -> None:
    assert set(TEXTS[place]) <= strings_of(place)


def test_every_reason_for_a_missing_number_is_listed(told: list[tuple[str, str]]) -> None:
    """Those given as they are; what is put together elsewhere is listed by hand."""
    known = {text for text, _ in told}
    found = {
        node.value
        for path in BATTERY.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        for argument in _reasons(call)
        for node in ast.walk(argument)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value
    }
    assert len(found) >= 10
    assert found <= known


def test_no_text_is_empty_or_from_nowhere(told: list[tuple[str, str]]) -> None:
    assert len({text for text, _ in told}) > 300
    assert all(text.strip() == text and text and place for text, place in told)


def _reasons(call: ast.Call) -> list[ast.expr]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name == "undefined":
        return call.args[2:] if len(call.args) > 1 else call.args
    is_measure = name in {"Measure", "Effect", "Quantity", "replace"}
    return [k.value for k in call.keywords if k.arg == "undefined_because" and is_measure]
