"""`results.json`: everything that an audit found, in one document for machines. Pure.

English and codes only, whatever the language of the report. Its schema is shipped as
`templates/schemas/results-1.0.schema.json`.
"""

import json
from collections import Counter
from math import isfinite

import msgspec

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.core.results import AuditResult
from auditor.core.stats import Estimate
from auditor.reporting import verdicts

SCHEMA_VERSION = "1.0"
"""Of the document: the second number counts additions, the first all other changes."""
SCHEMA_ID = f"urn:auditor:results:{SCHEMA_VERSION}"
NOT_FINITE = "the computation gave no finite number"

Json = dict[str, object]


def results_json(result: AuditResult) -> str:
    """The document as text, with sorted keys and a newline at its end.

    It holds no hash of a file of the run, since some of those files hold it; `manifest.sha256`
    has the hashes. What a model wrote is not in it, but for a few readings and openings.

    Raises:
        ValueError: A number that has no place for a reason is not finite.
    """
    document = _plain(msgspec.to_builtins(_document(result)))
    text = json.dumps(document, allow_nan=False, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n"


def _document(result: AuditResult) -> Json:
    record = result.record
    contrasts = {contrast.contrast_id: contrast for contrast in result.contrasts}
    return {
        "$schema": SCHEMA_ID,
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "auditor", "version": result.tool_version},
        "run": {
            "run_id": record.run_id,
            "created": record.created,
            "finished": result.finished,
            "asking_seconds": result.duration_seconds,
            "settings": record.settings,
            "command": record.command,
            "versions": dict(record.versions),
            "hardware": dict(record.hardware),
            "warnings": record.warnings,
        },
        "model": record.model,
        "battery": {
            "version": record.battery.version,
            "sha256": record.battery.sha256,
            "n_items": record.battery.n_items,
            "instruments": result.instruments,
            "contrasts": result.contrasts,
        },
        "policy": {"sha256": record.policy.sha256, "declared": result.policy},
        "counts": {
            "n_responses": result.n_responses,
            "n_repeated": result.n_repeated,
            "n_reasoned": result.n_reasoned,
            "n_text_responses": result.n_text_responses,
            "n_unusable": result.n_unusable,
        },
        "outcome": _outcome(result),
        "measures": [_measure(one, contrasts.get(one.contrast_id)) for one in result.measures],
        "noise": result.noise,
        "findings": [_finding(one) for one in result.findings],
        "layers": result.layers,
        "fix": result.fix,
        "adapter": result.adapter,
        "baseline": result.baseline,
        "baseline_findings": result.baseline_findings,
        "models": result.models,
    }


def _outcome(result: AuditResult) -> Json:
    tally = Counter(finding.verdict for finding in verdicts.asked(result.findings))
    return {
        "verdict": verdicts.of_audit(result),
        "exit_code": result.exit_code,
        "n_criteria": len(result.findings),
        "n_not_asked": len(result.findings) - sum(tally.values()),
        "tally": {verdict.value: tally[verdict] for verdict in Verdict},
    }


def _measure(measure: Measure, contrast: Contrast | None) -> Json:
    plain: Json = msgspec.to_builtins(measure)
    return {
        **plain,
        "groups": {"target": contrast.target, "reference": contrast.reference}
        if contrast
        else None,
        "invalid_rate": measure.invalid_rate,
        "p_unadjusted": _p_unadjusted(measure),
    }


def _p_unadjusted(measure: Measure) -> float | None:
    """Of a true score of 0; other units have another null, or none."""
    error, df = measure.standard_error, measure.degrees_of_freedom
    if measure.unit != "score" or measure.value is None or error is None or df is None:
        return None
    return Estimate(value=measure.value, standard_error=error, degrees_of_freedom=df).p_zero()


def _finding(finding: Finding) -> Json:
    plain: Json = msgspec.to_builtins(finding)
    return {**plain, "is_asked": verdicts.is_asked(finding)}


def _plain(value: object) -> object:
    """The same without lone surrogates, which no UTF-8 holds, and with a reason for no value."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case list() | tuple():
            return [_plain(one) for one in value]
        case dict():
            plain = {str(_plain(key)): _plain(one) for key, one in value.items()}
            return _with_reason(plain)
        case _:
            return value


def _with_reason(plain: Json) -> Json:
    found = plain.get("value")
    if "undefined_because" in plain and isinstance(found, float) and not isfinite(found):
        return {**plain, "value": None, "undefined_because": NOT_FINITE}
    return plain
