"""The document of all results: whole, valid, and nothing that its schema would let through."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from auditor.core.fix_results import FixResult
from auditor.core.policy import Verdict
from auditor.core.stats import Estimate
from auditor.reporting.exports.results_json import NOT_FINITE, results_json
from auditor.reporting.language import speaking
from auditor.resources import read_text
from tests import results_schema
from tests.reporting.exports.cases import BUILDERS, case, named
from tests.reporting.hostile import hostile_texts

Json = dict[str, Any]
Change = Callable[[Json], object]

SCHEMA = json.loads(read_text("templates", "schemas", "results-1.0.schema.json"))
VALIDATOR = Draft202012Validator(SCHEMA)


def document(name: str = "pairings") -> Json:
    told: Json = json.loads(results_json(case(name)))
    return told


def test_the_shipped_schema_is_what_the_types_say() -> None:
    assert results_schema.text() == results_schema.PATH.read_text(encoding="utf-8"), (
        "a core type changed: run `python -m tests.results_schema`, and give the schema a new "
        "version where something was taken away or means something else"
    )


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", BUILDERS)
def test_every_kind_of_audit_gives_a_valid_document(name: str) -> None:
    told = document(name)
    assert [error.message[:300] for error in VALIDATOR.iter_errors(told)] == []
    assert told["$schema"] == SCHEMA["$id"]


@pytest.mark.parametrize("name", ["layers", "fix"])
def test_what_was_computed_is_there_with_all_its_numbers(name: str) -> None:
    told, result = document(name), case(name)
    assert told["layers"] == json.loads(msgspec.json.encode(result.layers))
    assert told["fix"] == json.loads(msgspec.json.encode(result.fix))
    assert [one["measure_id"] for one in told["measures"]] == [
        one.measure_id for one in result.measures
    ]


def test_a_measure_has_what_it_may_not_be_shown_without() -> None:
    told, result = document(), case("pairings")
    for one, measure in zip(told["measures"], result.measures, strict=True):
        assert one["value"] == measure.value
        assert one["invalid_rate"] == measure.invalid_rate
        assert (one["value"] is None) == bool(one["undefined_because"])
        assert one["groups"]["target"]
        assert one["groups"]["reference"]
        if measure.interval is not None:
            assert one["interval"]["low"] <= one["value"] <= one["interval"]["high"]
    score = next(m for m in result.measures if m.unit == "score" and m.value is not None)
    assert score.value is not None
    assert score.standard_error is not None
    assert score.degrees_of_freedom is not None
    estimate = Estimate(
        value=score.value,
        standard_error=score.standard_error,
        degrees_of_freedom=score.degrees_of_freedom,
    )
    mine = next(one for one in told["measures"] if one["measure_id"] == score.measure_id)
    assert mine["p_unadjusted"] == estimate.p_zero()
    assert {one["p_unadjusted"] for one in told["measures"] if one["unit"] == "rate"} == {None}


def test_the_outcome_is_that_of_the_audit() -> None:
    told, result = document(), case("pairings")
    assert told["outcome"]["exit_code"] == result.exit_code
    assert told["outcome"]["verdict"] == "fail"
    tally, n_not_asked = told["outcome"]["tally"], told["outcome"]["n_not_asked"]
    assert sum(tally.values()) + n_not_asked == len(result.findings)
    assert n_not_asked == sum(not one["is_asked"] for one in told["findings"]) == 1


def test_keys_are_sorted_and_the_same_bytes_come_in_every_language() -> None:
    text = results_json(case("fix"))
    plain = json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True)
    assert text == f"{plain}\n"
    with speaking("de"):
        assert results_json(case("fix")) == text


def test_no_hash_of_a_file_that_may_hold_the_document() -> None:
    result = case("pairings")
    assert result.files
    text = results_json(result)
    assert not any(file.sha256 in text for file in result.files)


def test_no_answer_of_the_model_is_in_it() -> None:
    result = case("pairings")
    assert result.quotes
    text = results_json(result)
    assert not any(json.dumps(quote.answer)[1:-1] in text for quote in result.quotes)


def test_a_value_that_is_not_finite_becomes_a_reason() -> None:
    result = case("pairings")
    first = replace(result.measures[0], value=float("nan"))
    told = json.loads(results_json(replace(result, measures=(first,))))
    assert told["measures"][0]["value"] is None
    assert told["measures"][0]["undefined_because"] == NOT_FINITE
    assert list(VALIDATOR.iter_errors(told)) == []


def test_a_number_without_place_for_a_reason_is_never_written_as_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        results_json(replace(case("pairings"), duration_seconds=float("inf")))


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_any_name_of_a_model_gives_a_valid_document(name: str) -> None:
    text = results_json(replace(named(hostile_texts()[name]), measures=(), findings=()))
    text.encode("utf-8")
    assert list(VALIDATOR.iter_errors(json.loads(text))) == []


def _set(value: object, *path: str | int) -> Change:
    def change(told: Any) -> None:
        *way, last = path
        for step in way:
            told = told[step]
        told[last] = value

    return change


CHANGES: dict[str, Change] = {
    "another verdict": _set("no bias found", "outcome", "verdict"),
    "another verdict of a finding": _set("ok", "findings", 0, "verdict"),
    "no verdict": lambda told: told["findings"][0].pop("verdict"),
    "no limit": lambda told: told["findings"][0].pop("limit"),
    "p above 1": _set(1.2, "findings", 0, "adjusted_p"),
    "a value as text": _set("0.1", "measures", 0, "value"),
    "no value and no reason": _set(None, "measures", 0, "value"),
    "a value and a reason": _set("because", "measures", 0, "undefined_because"),
    "no interval": lambda told: told["measures"][0].pop("interval"),
    "half an interval": lambda told: told["measures"][0]["interval"].pop("high"),
    "no bounds": lambda told: told["measures"][0].pop("bounds"),
    "fewer than no answers": _set(-1, "measures", 0, "n"),
    "more unusable than all": _set(1.01, "measures", 0, "invalid_rate"),
    "an unknown unit": _set("points", "measures", 0, "unit"),
    "an unknown condition": _set("asked nicely", "measures", 0, "condition"),
    "another field of a measure": _set(0.9, "measures", 0, "confidence"),
    "another field at the top": _set(1, "grade"),
    "another exit code": _set(2, "outcome", "exit_code"),
    "a cut hash": _set("ab", "policy", "sha256"),
    "another version": _set("2.0", "schema_version"),
    "a time that is none": _set("yesterday", "run", "created"),
    "a fix without a gate": lambda told: told["fix"].pop("decision"),
    "a ruling of its own": _set("fine", "fix", "decision", "findings", 0, "ruling"),
    "an effect without its count": lambda told: told["fix"]["slopes"][0]["change"].pop("n"),
    "an effect that is undefined for nothing": _set(None, "fix", "slopes", 0, "before", "value"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_document_that_was_tampered_with_fails_its_schema(name: str) -> None:
    told = deepcopy(_with_fix())
    CHANGES[name](told)
    assert not VALIDATOR.is_valid(told)


@pytest.mark.parametrize("key", sorted(SCHEMA["required"]))
def test_no_part_of_the_document_may_be_missing(key: str) -> None:
    told = dict(_with_fix())
    del told[key]
    assert not VALIDATOR.is_valid(told)


@cache
def _with_fix() -> Json:
    """A short document with something in every part, so that it is quickly read again."""
    result = case("fix")
    assert isinstance(result.fix, FixResult)
    arm, measures = result.fix.measures[0]
    fix = replace(
        result.fix, measures=((arm, measures[:1]),), dial=result.fix.dial[:1], trainings=()
    )
    short = replace(result, measures=result.measures[:1], findings=result.findings[:1], fix=fix)
    told: Json = json.loads(results_json(short))
    assert VALIDATOR.is_valid(told)
    return told


def test_the_schema_knows_the_verdicts_and_no_other() -> None:
    assert set(SCHEMA["$defs"]["Verdict"]["enum"]) == {verdict.value for verdict in Verdict}
