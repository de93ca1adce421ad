"""`results.sarif`: every criterion as a rule with its result, in SARIF 2.1.0. Pure.

SARIF was made for findings in source code. Here a rule is a criterion of the policy, and a result
stands where the policy declares it. `kind` tells the verdict, and only a failure has a level:

- pass: `pass`;
- warn: `review`, since a person has to decide whether the effect is accepted;
- fail: `fail`, level `error`;
- inconclusive and not measurable: `open`, which is SARIF's word for an evaluation that had too
  little to decide on; `fail` where the policy says so;
- not asked in this run: `notApplicable`.

A criterion that limits an increase since an earlier run is a rule of its own. With a baseline,
every result has a `baselineState`, as SARIF wants it of all or of none: `updated` where the change
is shown to be for the worse or the better, or the verdict is another one, else `unchanged`, which
is less than what `results.json` calls the same.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from urllib.parse import quote

from auditor.core.policy import Verdict
from auditor.core.results import AuditResult
from auditor.core.review import Change, Review
from auditor.reporting import naming, verdicts
from auditor.reporting.cleaning import clean_line
from auditor.reporting.exports.told_findings import ToldFinding, told_findings
from auditor.reporting.exports.told_increases import SUFFIX, ToldIncrease, told_increases
from auditor.reporting.verdicts import NOT_ASKED

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

_STATES: Mapping[str, str] = {"new": "new", "gone": "absent", "same": "unchanged"}

Json = dict[str, object]
Told = ToldFinding | ToldIncrease


def results_sarif(
    result: AuditResult, policy_text: str = "", *, policy_uri: str = "policy.json"
) -> str:
    """The log as text; `policy_text` is the policy file, in which criteria are found by their id.

    A criterion that is not found there has the file for its place, without a line.
    """
    told: tuple[Told, ...] = (*told_findings(result), *told_increases(result))
    changes = _changes(result)
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
                "results": [
                    _result(one, n, uri, lines) | _change(one, changes)
                    for n, one in enumerate(told)
                ],
                "columnKind": "unicodeCodePoints",
                "properties": _run_properties(result),
            }
        ],
    }
    return json.dumps(log, allow_nan=False, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _driver(result: AuditResult, told: Sequence[Told]) -> Json:
    return {
        "name": "auditor",
        "version": result.tool_version,
        "rules": [_rule(one) for one in told],
    }


def _rule(told: Told) -> Json:
    finding = told.finding
    return {
        "id": told.case_id,
        "shortDescription": {"text": _text(told.question)},
        "fullDescription": {"text": _text(f"{told.question} {_declared(told)}")},
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "measure": finding.measure_id,
            "contrast": finding.contrast_id,
            **_limit(told),
            "tags": ["bias", told.family],
        },
    }


def _declared(told: Told) -> str:
    if isinstance(told, ToldIncrease):
        return f"Declared margin of the increase: {told.finding.max_increase:g}."
    return f"Declared limit of the measure: {told.finding.limit:g}."


def _limit(told: Told) -> Json:
    if isinstance(told, ToldIncrease):
        return {"maxIncrease": told.finding.max_increase}
    return {"limit": told.finding.limit}


def _result(told: Told, index: int, uri: str, lines: Mapping[str, int]) -> Json:
    finding = told.finding
    place: Json = {"artifactLocation": {"uri": uri, "index": 0}}
    if finding.criterion_id in lines:
        place["region"] = {"startLine": lines[finding.criterion_id]}
    kind = _kind(told)
    return {
        "ruleId": told.case_id,
        "ruleIndex": index,
        "kind": kind,
        # Said although it is the default: readers that know no `kind` would take the rule's level.
        "level": "error" if kind == "fail" else "none",
        "message": {"text": _text(told.text)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {FINGERPRINT: _fingerprint(told)},
        "properties": _numbers(told) if isinstance(told, ToldFinding) else _increase_numbers(told),
    }


def _kind(told: Told) -> str:
    finding = told.finding
    if finding.exceeds_policy:
        return "fail"
    return _KINDS[finding.verdict] if NOT_ASKED not in finding.reasons else "notApplicable"


def _fingerprint(told: Told) -> str:
    """The same for the same criterion in every run, whatever came out."""
    suffix = SUFFIX if isinstance(told, ToldIncrease) else ""
    finding = told.finding
    return sha256(f"{finding.criterion_id}{suffix}\n{finding.measure_id}".encode()).hexdigest()


def _changes(result: AuditResult) -> Mapping[str, Change]:
    """What became of each criterion since the baseline; empty without one."""
    if not isinstance(result.baseline, Review):
        return {}
    return {change.criterion_id: change for change in result.baseline.changes}


def _change(told: Told, changes: Mapping[str, Change]) -> Json:
    if not changes:
        return {}
    change = changes.get(told.finding.criterion_id)
    return {"baselineState": "new" if change is None else _state(change)}


def _state(change: Change) -> str:
    if change.word in ("worse", "better"):
        return "updated"
    is_other = change.verdict_before is not change.verdict_after
    return _STATES.get(change.word) or ("updated" if is_other else "unchanged")


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


def _increase_numbers(told: ToldIncrease) -> Json:
    finding = told.finding
    increase = finding.increase
    span = increase.interval if increase else None
    return {
        "verdict": finding.verdict.value,
        "reasons": list(finding.reasons),
        "increase": increase.value if increase else None,
        "low": span.low if span else None,
        "high": span.high if span else None,
        "n": increase.n if increase else 0,
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
        "verdict": verdicts.of_audit(result).value,
        "declarationSha256" if record.model.is_declared else "weightsSha256": (
            record.model.weights_sha256
        ),
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
