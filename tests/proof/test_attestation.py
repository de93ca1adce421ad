"""What the statement says: the fields of its specification, and "passed" of nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from auditor.core.policy import Finding, Verdict
from auditor.core.review import BaselineFinding
from auditor.core.runs import FileHash, RunRecord
from auditor.proof.attestation import make_statement
from tests.reporting.builders import result

RESULT = result()
WEIGHTS = (FileHash(name="model.gguf", sha256="ab" * 32, n_bytes=9),)
RECORD = replace(RESULT.record, model=replace(RESULT.record.model, weights=WEIGHTS))
FILES = {"report.html": "cd" * 32, "report.pdf": "ef" * 32}


def finding(name: str, verdict: Verdict, *, exceeds: bool = False) -> Finding:
    return replace(RESULT.findings[0], criterion_id=name, verdict=verdict, exceeds_policy=exceeds)


def since(name: str, verdict: Verdict, *, exceeds: bool = False) -> BaselineFinding:
    return BaselineFinding(
        criterion_id=name, measure_id="m", contrast_id="c", max_increase=0.1, before=None,
        after=None, increase=None, verdict=verdict, reasons=(), adjusted_p=None,
        exceeds_policy=exceeds,
    )  # fmt: skip


def statement(
    findings: Sequence[Finding] = (),
    baseline: Sequence[BaselineFinding] = (),
    record: RunRecord = RECORD,
    files: Mapping[str, str] = FILES,
) -> dict[str, Any]:
    return make_statement(record, findings, baseline, files, "12" * 32)


def predicate(*findings: Finding) -> dict[str, Any]:
    told: dict[str, Any] = statement(findings)["predicate"]
    return told


def subjects(record: RunRecord) -> dict[str, str]:
    named = statement(record=record)["subject"]
    return {one["name"]: one["digest"]["sha256"] for one in named}


def test_it_has_the_fields_of_a_statement() -> None:
    told = statement(RESULT.findings)
    assert set(told) == {"_type", "subject", "predicateType", "predicate"}
    assert told["_type"] == "https://in-toto.io/Statement/v1"
    assert told["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"


def test_its_predicate_has_the_fields_of_a_test_result() -> None:
    told = predicate(*RESULT.findings)
    required, lists = {"result", "configuration"}, {"passedTests", "warnedTests", "failedTests"}
    # Extensions are allowed, and named so that nobody else's are called the same.
    others = set(told) - required - lists - {"url"}
    assert required <= set(told)
    assert all(name.startswith("auditor_") for name in others)
    assert told["result"] in {"PASSED", "WARNED", "FAILED"}
    names = [name for each in lists for name in told[each]]
    assert sorted(names) == sorted(one.criterion_id for one in RESULT.findings)


def test_every_resource_has_a_digest_and_a_name_of_its_own() -> None:
    told = statement(RESULT.findings)
    allowed = {"name", "uri", "digest", "content", "downloadLocation", "mediaType", "annotations"}
    for listed in (told["subject"], told["predicate"]["configuration"]):
        names = [one["name"] for one in listed]
        assert len(names) == len(set(names))
        for one in listed:
            assert set(one) <= allowed
            assert set(one["digest"]) == {"sha256"}
            assert len(bytes.fromhex(one["digest"]["sha256"])) == 32


def test_it_is_about_the_weights_and_the_reports() -> None:
    assert subjects(RECORD) == {"model.gguf": "ab" * 32, **FILES}


def test_a_result_with_an_adapter_is_none_of_the_weights_alone() -> None:
    adapted = replace(RECORD, model=replace(RECORD.model, adapter_sha256="34" * 32))
    assert subjects(adapted) == {"adapter": "34" * 32, **FILES}
    configuration = statement(record=adapted)["predicate"]["configuration"]
    assert "model.gguf" in [one["name"] for one in configuration]


def test_a_model_that_a_server_declares_has_no_hash() -> None:
    declared = replace(RECORD, model=replace(RECORD.model, format="server"))
    assert subjects(declared) == FILES


@pytest.mark.parametrize("verdict", [v for v in Verdict if v not in (Verdict.PASS, Verdict.FAIL)])
def test_what_is_open_is_warned_of_or_failed_and_never_passed(verdict: Verdict) -> None:
    told = predicate(finding("a", Verdict.PASS), finding("b", verdict))
    assert (told["result"], told["passedTests"], told["warnedTests"]) == ("WARNED", ["a"], ["b"])
    strict = predicate(finding("a", Verdict.PASS), finding("b", verdict, exceeds=True))
    assert (strict["result"], strict["failedTests"]) == ("FAILED", ["b"])
    assert strict["auditor_verdicts"] == {"a": "pass", "b": verdict.value}


def test_only_a_policy_whose_criteria_all_passed_was_passed() -> None:
    passed = finding("a", Verdict.PASS)
    assert predicate(passed)["result"] == "PASSED"
    assert predicate()["result"] == "WARNED"
    failed = finding("b", Verdict.FAIL, exceeds=True)
    assert predicate(passed, failed)["result"] == "FAILED"


def test_what_got_worse_since_the_baseline_is_a_test_of_its_own() -> None:
    told = statement([finding("a", Verdict.PASS)], [since("a", Verdict.FAIL, exceeds=True)])[
        "predicate"
    ]
    assert told["result"] == "FAILED"
    assert told["passedTests"] == ["a"]
    assert told["failedTests"] == ["a/max-increase"]
