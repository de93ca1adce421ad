"""`auditor history`."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import FILE, json_option, look_options

if TYPE_CHECKING:
    from auditor.core.fix_results import Effect
    from auditor.core.history import Line, PastReview, Step
    from auditor.workflows.reviews.history import Told


@click.command()
@click.argument("folder", type=FILE, metavar="DIR")
@click.option(
    "--out", type=FILE, default=None, metavar="DIR", help="Where it goes; DIR/history without it."
)
@click.option(
    "--model",
    default=None,
    metavar="NAME",
    help="Only this model; with * and ?, all that match are one model, as in support-bot-v*.",
)
@look_options("document")
@json_option
@click.pass_context
def history(ctx: click.Context, /, folder: Path, **options: Any) -> None:
    """Show every review of a model whose run folder lies below DIR, and what changed between them.

    Runs lie one folder below DIR, or two. What is unfinished, damaged or altered is listed with
    the reason. Ends with 0; with 2 where there is no finished run.

    \b
    Example:
        auditor history reports --model SmolLM2-135M-Instruct.Q4_1
    """
    from auditor.workflows.reviews.history import write_history
    from auditor.workflows.reviews.review_files import Look

    told = write_history(
        folder,
        out=options["out"],
        model=options["model"],
        look=Look(
            language=options["language"],
            paper=options["paper"],
            brand=options["brand"],
            wants_pdf=options["wants_pdf"],
        ),
    )
    if told.printed.pdf_missing_because and not options["as_json"]:
        click.echo(f"auditor: no PDF: {told.printed.pdf_missing_because}", err=True)
    if options["as_json"]:
        click.echo(json.dumps(_summary(told), ensure_ascii=False, indent=1))
    else:
        _echo(told)
    ctx.exit(0)


def _echo(told: "Told") -> None:
    from auditor.reporting.cleaning import clean_for_terminal

    for line in told.history.lines:
        n = len(line.reviews)
        adapted = " with an adapter" if line.has_adapter else ""
        click.echo(
            f"{clean_for_terminal(line.name)}{adapted}: {n} {'review' if n == 1 else 'reviews'}"
        )
        for place, review in enumerate(line.reviews, start=1):
            click.echo(f"{place:>4}  {clean_for_terminal(_review(review))}")
        for step in sorted((*line.steps, *line.returns), key=lambda s: (s.second, -s.first)):
            click.echo(f"  {step.first + 1} to {step.second + 1}: {_step(step)}")
        if line.span is not None:
            span = line.span
            click.echo(f"  {span.first + 1} to {span.second + 1}: {_step(span)}")
        if n == 1:
            click.echo("  One review is no trend.")
    for one in told.history.left_out:
        click.echo(f"left out ({one.kind}): {clean_for_terminal(one.folder)}", err=True)
    for path in _files(told):
        click.echo(path)


def _review(review: "PastReview") -> str:
    verdicts = _tally(_verdicts(review))
    increases = _tally(_increases(review))
    against = f"; against its baseline: {increases}" if increases else ""
    stored = "" if review.origin == "recomputed" else "  (as stored)"
    begun, weights = review.run.created[:16].replace("T", " "), review.run.model.weights_sha256
    return (
        f"{begun}  weights {weights[:8]}  battery {review.battery.version} "
        f"{review.battery.sha256[:8]} {review.settings.tier}"
        f"  policy {review.policy.version}  exit {review.exit_code}  "
        f"{verdicts}{against}{_unusable(review)}{stored}"
    )


def _unusable(review: "PastReview") -> str:
    """With its interval and its n; where there is no interval the share is not told either."""
    from auditor.reporting.effect_numbers import effect_text
    from auditor.reporting.language import SPACE

    share = review.unusable
    if share.value is None:
        return ""
    if share.interval is None:
        return f", n {share.n:,} written answers"
    told = effect_text(share, "rate").replace(SPACE, " ")
    return f", {told} of n {share.n:,} written answers unusable"


def _step(step: "Step") -> str:
    changed = f"changed: {', '.join(step.what_differs)}" if step.what_differs else "nothing changed"
    if step.because:
        return f"{changed}; not compared: {', '.join(step.because)}"
    words = "  ".join(f"{n} {word}" for word, n in _words(step).items())
    return f"{changed}; {words}"


def _summary(told: "Told") -> dict[str, object]:
    return {
        "models": [_line(line) for line in told.history.lines],
        "left_out": [
            {"folder": one.folder, "kind": one.kind, "told": one.told}
            for one in told.history.left_out
        ],
        "files": _files(told),
        "pdf_missing_because": told.printed.pdf_missing_because,
    }


def _line(line: "Line") -> dict[str, object]:
    from auditor.reporting.history.history_words import of_review

    steps = [*line.steps, *line.returns, *([line.span] if line.span else [])]
    return {
        "name": line.name,
        "has_adapter": line.has_adapter,
        "reviews": [
            {
                "run_id": one.run.run_id,
                "folder": one.folder,
                "created": one.run.created,
                "weights_sha256": one.run.model.weights_sha256,
                "origin": one.origin,
                "exit_code": one.exit_code,
                "verdict": of_review(one).value,
                "verdicts": _verdicts(one),
                "baseline_verdicts": _increases(one),
                "unusable": _share(one.unusable),
            }
            for one in line.reviews
        ],
        "steps": [
            {
                "first": one.first + 1,
                "second": one.second + 1,
                "what_differs": one.what_differs,
                "because": one.because,
                "words": _words(one),
            }
            for one in steps
        ],
    }


def _verdicts(review: "PastReview") -> dict[str, int]:
    """How many of the criteria that were asked got each verdict, worst first."""
    from auditor.reporting.verdicts import SEVERITY, asked

    found = [finding.verdict for finding in asked(review.findings)]
    return {verdict.value: found.count(verdict) for verdict in SEVERITY}


def _increases(review: "PastReview") -> dict[str, int]:
    """The same of what the policy asks of an increase; empty where it asks for none."""
    from auditor.battery.reviewing.baseline_gate import NOT_ASKED
    from auditor.reporting.verdicts import SEVERITY

    findings = review.baseline_findings
    if not findings:
        return {}
    found = [one.verdict for one in findings if NOT_ASKED not in one.reasons]
    counts = {verdict.value: found.count(verdict) for verdict in SEVERITY}
    return {**counts, NOT_ASKED: len(findings) - len(found)}


def _tally(counts: dict[str, int]) -> str:
    return "  ".join(f"{n} {verdict}" for verdict, n in counts.items() if n)


def _share(share: "Effect") -> dict[str, float | int | None]:
    """A rate is told with its interval and its n; `low` and `high` are null without one."""
    span = share.interval
    return {
        "value": share.value,
        "low": span.low if span else None,
        "high": span.high if span else None,
        "n": share.n,
    }


def _words(step: "Step") -> dict[str, int]:
    return dict(Counter(one.word for one in step.changes))


def _files(told: "Told") -> list[str]:
    found = (told.printed.html, told.printed.pdf, told.folder.path / "history.json")
    return [str(path) for path in found if path]
