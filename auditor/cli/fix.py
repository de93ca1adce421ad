"""`auditor fix`."""

import json
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import (
    FILE,
    dtype_option,
    json_option,
    resume_option,
    seed_option,
    threads_option,
    tier_option,
)
from auditor.core.fix import FixSettings

if TYPE_CHECKING:
    from auditor.core.fix_results import Effect, GateFinding
    from auditor.workflows.fix import FixOutcome

ACCEPTED, WITHHELD = 0, 1
DEFAULTS = FixSettings()


@click.command()
@click.argument("model")
@tier_option("How long to train, and how much to judge it on.")
@click.option(
    "--objective",
    type=click.Choice(("association-neutrality", "concept-awareness", "supervised")),
    default="association-neutrality",
    show_default=True,
    help="What the adapter is trained for.",
)
@click.option(
    "--neutral",
    type=click.Choice(("stimulus", "contrast")),
    default=DEFAULTS.neutral,
    show_default=True,
    help="What association neutrality brings to zero: every stimulus, or a contrast's mean.",
)
@click.option(
    "--layers",
    type=click.Choice(("early", "late", "all")),
    default="all",
    show_default=True,
    help="Which decoder blocks it changes; each choice has as many parameters.",
)
@click.option(
    "--rank",
    type=click.IntRange(min=1),
    default=DEFAULTS.rank,
    show_default=True,
    help="Of the adapter in all layers; fewer layers get more, so that the size is the same.",
)
@click.option(
    "--alpha",
    type=click.IntRange(min=1),
    default=DEFAULTS.alpha,
    show_default=True,
    help="The adapter counts alpha / rank.",
)
@click.option(
    "--target-module",
    "target_modules",
    multiple=True,
    default=DEFAULTS.target_modules,
    show_default=True,
    metavar="NAME",
    help="Linear layers that it changes; may be repeated.",
)
@click.option(
    "--steps", type=click.IntRange(min=1), default=None, help="Of training; the tier decides else."
)
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    default=DEFAULTS.batch_size,
    show_default=True,
    help="Stimuli (or replies) in a step.",
)
@click.option(
    "--learning-rate",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULTS.learning_rate,
    show_default=True,
    help="At its highest.",
)
@click.option(
    "--kl-weight",
    type=click.FloatRange(min=0),
    default=DEFAULTS.kl_weight,
    show_default=True,
    help="How much it counts to stay close to the original on everyday replies.",
)
@click.option(
    "--keep-weight",
    type=click.FloatRange(min=0),
    default=DEFAULTS.keep_weight,
    show_default=True,
    help="How much it counts to leave associations alone that are no stereotypes.",
)
@click.option("--out", type=FILE, default=None, metavar="DIR", help="Where the files go.")
@seed_option("Of everything that is drawn.")
@dtype_option("Arithmetic of the training; a fix is judged in float32.")
@threads_option()
@resume_option("begin again")
@json_option
@click.pass_context
def fix(ctx: click.Context, /, model: str, **options: Any) -> None:
    """Train a LoRA fix for MODEL, judge it on questions it never saw, and ship or withhold it.

    MODEL is what `auditor run` takes. A GGUF file is opened dequantised. Ends with 0 where the fix
    is accepted and with 1 where it is withheld.

    \b
    Example:
        auditor fix demo --tier quick --out reports/demo-fix
    """
    from auditor.cli.progress import progress_bars
    from auditor.workflows.fix import Progress, run_fix
    from auditor.workflows.fix_plan import FixRequest
    from auditor.workflows.folder_names import default_folder

    request = FixRequest(
        tier=options["tier"],
        settings=_settings(options),
        n_steps=options["steps"],
        dtype=options["dtype"],
        n_threads=options["threads"],
    )
    out = options["out"] or default_folder(model, f"fix-{options['tier']}")
    with progress_bars("Training", "Judging the fix") as (on_training, on_judging):
        outcome = run_fix(
            model,
            request,
            out=out,
            is_fresh=not options["resumes"],
            progress=Progress(on_training=on_training, on_judging=on_judging),
        )
    _echo(outcome, as_json=options["as_json"])
    ctx.exit(ACCEPTED if outcome.result.decision.is_accepted else WITHHELD)


def _settings(options: dict[str, Any]) -> FixSettings:
    named = {"objective", "neutral", "layers", "rank", "alpha", "batch_size", "learning_rate"}
    named |= {"kl_weight", "keep_weight", "seed"}
    chosen = {name: options[name] for name in named}
    return FixSettings(target_modules=tuple(dict.fromkeys(options["target_modules"])), **chosen)


def _echo(outcome: "FixOutcome", *, as_json: bool) -> None:
    paths = [str(outcome.folder.path / name) for name in outcome.files]
    decision = outcome.result.decision
    if as_json:
        from auditor.cli.outcome import decision_summary

        summary = {**decision_summary(decision), "files": paths}
        click.echo(json.dumps(summary, ensure_ascii=False, indent=1))
        return
    click.echo("accepted" if decision.is_accepted else "withheld")
    for finding in decision.findings:
        click.echo(_line(finding))
    for path in paths:
        click.echo(path)


def _line(finding: "GateFinding") -> str:
    where = f" {finding.where}" if finding.where else ""
    return (
        f"{finding.ruling:<10} {finding.name:<16} {finding.reason:<18} limit {finding.limit:.2f}  "
        f"{_number(finding.effect)}{where}"
    )


def _number(effect: "Effect") -> str:
    """A value is never said without its interval, its n and what could not be used."""
    counts = f"n={effect.n}  unusable {effect.n_unscored}"
    if effect.value is None or effect.interval is None:
        return f"{effect.undefined_because}  {counts}"
    return (
        f"{effect.value:+.3f} [{effect.interval.low:+.3f}, {effect.interval.high:+.3f}]  {counts}"
    )
