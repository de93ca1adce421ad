"""What the evidence says in English is found again, whatever names and numbers are in it."""

import ast
import re
from pathlib import Path

import pytest

import auditor
from auditor.reporting.language import speaking, tr
from auditor.reporting.recorded_texts import FORMS, WHOLE, recorded

SAID_IN = (
    "workflows/report.py",
    "backends/preflight.py",
    "backends/adapter_fit.py",
    "backends/llama_cpp_model.py",
    "backends/transformers_model.py",
    "backends/server/dialect.py",
    "backends/server/model.py",
    "battery/pronouns/occupation_statistics.py",
)


@pytest.fixture(scope="module")
def said() -> set[str]:
    """Every string of those modules, with `{}` for what is filled in."""
    found: set[str] = set()
    for place in SAID_IN:
        path = Path(auditor.__file__).parent / place
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
                found.add("".join(str(part) for part in parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


@pytest.mark.parametrize("text", [*FORMS, *WHOLE])
def test_every_text_is_still_said(text: str, said: set[str]) -> None:
    assert re.sub(r"\{\w+\}", "{}", text) in said


@pytest.mark.parametrize("form", FORMS)
def test_a_form_takes_any_names_and_gives_them_back(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = re.findall(r"\{(\w+)\}", form)
    values = {name: f"{name} (1.5); {{x}}" for name in names}
    asked: list[str] = []

    def hear(message: str, /, **filled: object) -> str:
        asked.append(message)
        return tr(message, **filled)

    monkeypatch.setattr("auditor.reporting.recorded_texts.tr", hear)
    text = form.format(**values)
    assert recorded(text) == text
    assert asked == [form]


def test_another_text_is_given_back() -> None:
    assert recorded("Something else {happened} 100 %.") == "Something else {happened} 100 %."
    assert recorded("") == ""


def test_a_number_has_the_decimal_mark_of_the_language() -> None:
    text = "the probability hardly differs between occupations (SD 0.0003)"
    with speaking("de"):
        assert "0,0003" in recorded(text)
    assert recorded(text) == text
