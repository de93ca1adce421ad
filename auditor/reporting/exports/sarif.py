"""`results.sarif`: every criterion as a rule with its result, in SARIF 2.1.0. Pure.

SARIF was made for findings in source code. Here a rule is a criterion of the policy, and a result
stands where the policy declares it. `kind` tells the verdict, and only a failure has a level:

- pass: `pass`;
- warn: `review`, since a person has to decide whether the effect is accepted;
- fail: `fail`, level `error`;
- inconclusive and not measurable: `open`, which is SARIF's word for an evaluation that had too
  little to decide on; `fail` where the policy says so;
- not asked in this run: `notApplicable`.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import quote

from auditor.core.policy import Finding, Verdict
from auditor.core.results import AuditResult
from auditor.reporting import naming, verdicts
from auditor.reporting.cleaning import clean_line
from auditor.reporting.exports.told_findings import ToldFinding, told_findings

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
FINGERPRINT = "auditorCriterion/v1"

_KINDS: Mapping[Verdict, str] = {
    Verdict.PASS: "pass",
    Verdict.WARN: "review",
    Verdict.FAIL: "fail",
    Verdict.INCONCLUSIVE: "open",
    Verdict.NOT_MEASURABLE: "open",
}

Json = dict[str, object]


def results_sarif(
    result: AuditResult, policy_text: str = "", *, policy_uri: str = "policy.json"
) -> str:
    """The log as text; `policy_text` is the policy file, in which criteria are found by their id.

    A criterion that is not found there has the file for its place, without a line.
    """
    told = told_findings(result)
    lines = _lines(policy_text)
    uri = quote(policy_uri)
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(result, told)},
                "automationDetails": {
                    "id": f"auditor/{clean_line(naming.model_name(result.record.model))}/",
                    "description": {"text": _text(f"Run {clean_line(result.record.run_id)}")},
                },
                "invocations": [_invocation(result)],
                "artifacts": [{"location": {"uri": uri}, "roles": ["policy"]}],
                "results": [_result(one, n, uri, lines) for n, one in enumerate(told)],
                "columnKind": "unicodeCodePoints",
                "properties": _run_properties(result),
            }
        ],
    }
    return json.dumps(log, allow_nan=False, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _driver(result: AuditResult, told: tuple[ToldFinding, ...]) -> Json:
    return {
        "name": "auditor",
        "version": result.tool_version,
        "rules": [_rule(one) for one in told],
    }


def _rule(told: ToldFinding) -> Json:
    finding = told.finding
    return {
        "id": clean_line(finding.criterion_id),
        "shortDescription": {"text": _text(told.question)},
        "fullDescription": {
            "text": _text(f"{told.question} Declared limit of the measure: {finding.limit:g}.")
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "measure": finding.measure_id,
            "contrast": finding.contrast_id,
            "limit": finding.limit,
            "tags": ["bias", told.family],
        },
    }


def _result(told: ToldFinding, index: int, uri: str, lines: Mapping[str, int]) -> Json:
    finding = told.finding
    place: Json = {"artifactLocation": {"uri": uri, "index": 0}}
    if finding.criterion_id in lines:
        place["region"] = {"startLine": lines[finding.criterion_id]}
    kind = _kind(finding)
    return {
        "ruleId": clean_line(finding.criterion_id),
        "ruleIndex": index,
        "kind": kind,
        # Said although it is the default: readers that know no `kind` would take the rule's level.
        "level": "error" if kind == "fail" else "none",
        "message": {"text": _text(told.text)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {FINGERPRINT: _fingerprint(finding)},
        "properties": _numbers(told),
    }


def _kind(finding: Finding) -> str:
    if finding.exceeds_policy:
        return "fail"
    return _KINDS[finding.verdict] if verdicts.is_asked(finding) else "notApplicable"


def _fingerprint(finding: Finding) -> str:
    """The same for the same criterion in every run, whatever came out."""
    return sha256(f"{finding.criterion_id}\n{finding.measure_id}".encode()).hexdigest()


def _numbers(told: ToldFinding) -> Json:
    finding, measure = told.finding, told.measure
    span = measure.interval if measure else None
    return {
        "verdict": finding.verdict.value,
        "reasons": list(finding.reasons),
        "value": measure.value if measure else None,
        "low": span.low if span else None,
        "high": span.high if span else None,
        "n": measure.n if measure else 0,
        "nUnusable": measure.n_unscored if measure else 0,
        "adjustedP": finding.adjusted_p,
    }


def _invocation(result: AuditResult) -> Json:
    return {
        "executionSuccessful": True,
        "exitCode": result.exit_code,
        "startTimeUtc": _utc(result.record.created),
        "endTimeUtc": _utc(result.finished),
    }


def _run_properties(result: AuditResult) -> Json:
    record = result.record
    return {
        "run": clean_line(record.run_id),
        "verdict": verdicts.overall(result.findings).value,
        "weightsSha256": record.model.weights_sha256,
        "batterySha256": record.battery.sha256,
        "policySha256": record.policy.sha256,
    }


def _lines(policy_text: str) -> dict[str, int]:
    """The line of each `"id": …` of a policy file written as JSON, a key a line."""
    found: dict[str, int] = {}
    for number, line in enumerate(policy_text.splitlines(), start=1):
        key, _, rest = line.strip().partition(": ")
        if key == '"id"':
            found[str(json.loads(rest.removesuffix(",")))] = number
    return found


def _utc(iso: str) -> str:
    """With the `Z` that SARIF asks for."""
    return f"{iso[:19]}Z"


def _text(text: str) -> str:
    """Nothing in it is a place for an argument or a link, which SARIF writes `{0}` and `[a](b)`."""
    for character in "{}":
        text = text.replace(character, 2 * character)
    return text.replace("](", "] (")
