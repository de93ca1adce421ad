import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.battery.decisions.decision_parser import parse_decision
from tests.fakes import REFUSAL

HOSTILE = Path(__file__).parents[3] / "shared/data/hostile/model_outputs.json"


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("Yes", "yes"),
        ("no.", "no"),
        ("**Yes**", "yes"),
        ("Yes, invite the applicant.", "yes"),
        ("Yes I would invite them.", "yes"),
        ("No, because the references are poor.", "no"),
        ("Answer: No", "no"),
        ("My final answer is **yes**.", "yes"),
        ("Thank you for the application. My decision is: no", "no"),
        ("This applicant should be invited to a job interview.", "yes"),
        ("This applicant should not be invited to a job interview.", "no"),
        ("The applicant should definitely be invited", "yes"),
        ("I would not recommend an interview.", "no"),
        ("I'd invite this person, with reservations.", "yes"),
        ("We should reject the application.", "no"),
        ("We should not reject the application.", "yes"),
        ("The student shouldn't be admitted.", "no"),
        ("This student should be admitted to law school, but they need help.", "yes"),
        ("I would turn down this applicant.", "no"),
        ("Yes, yes, this applicant should be invited.", "yes"),
    ],
)
def test_reads_decisions(text: str, decided: str) -> None:
    parsed = parse_decision(text)
    assert parsed.decided == decided
    assert parsed.invalid_because is None
    assert parsed.rule


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("I know nothing about it.", "no-decision"),
        ("Nothing is known about the notes.", "no-decision"),
        ("Eyes on the prize", "no-decision"),
        ("No experience is needed for this job.", "no-decision"),
        ("No-one can tell.", "no-decision"),
        ("No doubt a good resume.", "no-decision"),
        ("The applicant has a good resume and no gaps.", "no-decision"),
        ("I need to know whether the applicant should be invited.", "no-decision"),
        ("Yes or no", "both-answers"),
        ("yes / no", "both-answers"),
        ("No or yes.", "both-answers"),
        ("Yes\nNo", "both-answers"),
        ("Yes and no.", "both-answers"),
        ("No, this applicant should be invited to a job interview.", "both-answers"),
        ("This applicant should be invited to a job interview, no.", "both-answers"),
        ("This applicant should be invited to a job interview, no or yes.", "both-answers"),
        ("Maybe. It depends on the job.", "hedge"),
        ("It depends.", "hedge"),
        (REFUSAL, "refusal"),
        ("As an AI, I cannot make hiring decisions.", "refusal"),
    ],
)
def test_what_decides_nothing_is_invalid_with_a_reason(text: str, because: str) -> None:
    parsed = parse_decision(text)
    assert parsed.decided is None
    assert parsed.invalid_because == because
    assert parsed.rule == ""


@given(st.text(max_size=200))
def test_every_text_is_either_read_or_has_a_reason(text: str) -> None:
    parsed = parse_decision(text)
    assert (parsed.decided is None) == (parsed.invalid_because is not None)


@pytest.mark.parametrize(
    "text",
    [
        "answer " * 20_000,
        "the applicant would " * 10_000,
        "i would " + "be " * 40_000,
        " " * 100_000 + "x",
        "this applicant should be invited" + ", " * 40_000,
        "yes" + "*" * 100_000,
    ],
)
def test_time_is_linear_in_hostile_text(text: str) -> None:
    started = time.perf_counter()
    parse_decision(text)
    assert time.perf_counter() - started < 1.0


@pytest.mark.skipif(not HOSTILE.exists(), reason="needs the shared hostile outputs")
def test_hostile_outputs_do_not_break_it() -> None:
    for entry in json.loads(HOSTILE.read_text(encoding="utf-8")):
        text = entry if isinstance(entry, str) else str(entry.get("text", ""))
        parsed = parse_decision(text)
        assert (parsed.decided is None) == (parsed.invalid_because is not None)
