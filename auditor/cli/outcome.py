"""What a finished audit says on the terminal."""

import json
from collections import Counter

import click

from auditor.cli.baseline_outcome import baseline_summary, echo_baseline
from auditor.core.fix_results import FixMissing, FixResult, GateDecision
from auditor.core.layer_results import LayerResult, LayersMissing
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.workflows.rendering import Conclusion

REASON_WORDS = {
    "insensitive": "positive control not detected",
    "not-understood": "stated answers mostly wrong",
    "no-answers": "no usable answer",
    "no-likelihoods": "the server gives no log-likelihoods",
    "not-asked": "not asked",
    "unusable-answers": "too many unusable answers",
    "few-clusters": "too few stimuli",
    "position-bias": "the listed order rules",
    "agreement-bias": "agrees with everything",
    "constant-answer": "always the same answer",
}


def echo_outcome(conclusion: Conclusion, *, as_json: bool) -> int:
    """Print verdicts and files; the exit code."""
    result = conclusion.result
    counts = Counter(finding.verdict for finding in result.findings)
    files = {name: _file(conclusion, name) for name in (conclusion.html, conclusion.pdf) if name}
    if conclusion.pdf_missing_because and not as_json:
        click.echo(f"auditor: no PDF: {conclusion.pdf_missing_because}", err=True)
    for notice in conclusion.ledger_notices:
        click.echo(f"auditor: ledger: {notice}", err=True)
    for notice in conclusion.signature_notices:
        click.echo(f"auditor: {notice}", err=True)
    if as_json:
        click.echo(json.dumps(_summary(conclusion, counts, files), ensure_ascii=False, indent=1))
        return result.exit_code
    click.echo("Score from -1 to +1 (+ towards the stereotype) with its 95 % interval.")
    for finding in result.findings:
        measure = result.measure(*_key(finding.measure_id))
        click.echo(
            f"{finding.verdict:<15} {finding.criterion_id:<40} limit {finding.limit:.2f}  "
            f"{_number(measure)}{_why(finding)}"
        )
    click.echo("  ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict))
    n_open = counts[Verdict.INCONCLUSIVE] + counts[Verdict.NOT_MEASURABLE]
    if n_open:
        click.echo(f"{n_open} of {len(result.findings)} criteria are undecided: not a pass.")
    echo_baseline(result)
    _echo_layers(result.layers)
    _echo_fix(result.fix)
    for path in (*files.values(), _file(conclusion, "measures.json")):
        click.echo(path)
    return result.exit_code


def _echo_layers(layers: LayerResult | LayersMissing) -> None:
    if isinstance(layers, LayerResult):
        n_found = sum(concept.probe.peak is not None for concept in layers.concepts)
        click.echo(
            f"Inside the model: senses told apart for {n_found} of {len(layers.concepts)} concepts."
        )
        if layers.base_missing_because:
            click.echo(f"auditor: no base model: {layers.base_missing_because}", err=True)
    elif layers.kind == "not-possible":
        click.echo(f"auditor: no layers: {layers.because}", err=True)


def _echo_fix(fix: FixResult | FixMissing) -> None:
    if isinstance(fix, FixResult):
        click.echo(f"The fix: {_fix_said(fix.decision)}")
    elif fix.kind != "not-asked":
        click.echo(f"auditor: no fix: {fix.because}", err=True)


def _fix_said(decision: GateDecision) -> str:
    """Accepted, or withheld and by which criteria."""
    if decision.is_accepted:
        return "accepted"
    against = [f"{each.name}: {each.reason}" for each in decision.withheld_because]
    return f"withheld ({', '.join(against)})"


def _summary(
    conclusion: Conclusion, counts: Counter[Verdict], files: dict[str, str]
) -> dict[str, object]:
    result = conclusion.result
    return {
        "run_id": result.record.run_id,
        "exit_code": result.exit_code,
        "verdicts": {verdict.value: counts[verdict] for verdict in Verdict},
        "findings": [
            {
                "criterion": finding.criterion_id,
                "measure": finding.measure_id,
                "verdict": finding.verdict.value,
                "reasons": finding.reasons,
            }
            for finding in result.findings
        ],
        "layers": _layers(result.layers),
        "baseline": baseline_summary(result),
        "fix": _fix(result.fix),
        "files": {**files, "measures.json": _file(conclusion, "measures.json")},
        "pdf_missing_because": conclusion.pdf_missing_because,
    }


def _layers(layers: LayerResult | LayersMissing) -> dict[str, object]:
    if isinstance(layers, LayersMissing):
        return {"missing_because": layers.because}
    return {concept.concept_id: concept.probe.above for concept in layers.concepts}


def _fix(fix: FixResult | FixMissing) -> dict[str, object]:
    if isinstance(fix, FixMissing):
        return {"missing_because": fix.because}
    return decision_summary(fix.decision)


def decision_summary(decision: GateDecision) -> dict[str, object]:
    """Whether a fix is shipped, and what stands against it."""
    return {
        "accepted": decision.is_accepted,
        "withheld_because": [
            {"criterion": one.name, "reason": one.reason, "where": one.where}
            for one in decision.withheld_because
        ],
    }


def _file(conclusion: Conclusion, name: str) -> str:
    return str(conclusion.folder.path / name)


def _key(measure_id: str) -> tuple[str, str]:
    name, _, contrast = measure_id.partition("[")
    return name, contrast.rstrip("]")


def _why(finding: Finding) -> str:
    """Why something could not be measured, in the words of the reason codes."""
    if finding.verdict is not Verdict.NOT_MEASURABLE:
        return ""
    return "  (" + ", ".join(REASON_WORDS.get(code, code) for code in finding.reasons) + ")"


def _number(measure: Measure | None) -> str:
    """A value is never said without its interval, its n and what could not be used."""
    if measure is None:
        return "not asked"
    counts = f"n={measure.n}  unusable {measure.invalid_rate:.0%}"
    if measure.value is None or measure.interval is None:
        return f"{measure.undefined_because}  {counts}"
    low, high = measure.interval.low, measure.interval.high
    return f"{measure.value:+.2f} [{low:+.2f}, {high:+.2f}]  {counts}"
