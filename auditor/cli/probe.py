"""`auditor probe`."""

import json
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import (
    FILE,
    adapter_option,
    base_option,
    dtype_option,
    json_option,
    layers_at_option,
    resume_option,
    seed_option,
    threads_option,
    tier_option,
)

if TYPE_CHECKING:
    from auditor.core.layer_results import ConceptResult, CurvePoint
    from auditor.workflows.probe import ProbeOutcome

CONCEPT_NAMES = (
    "race.black-white",
    "gender.female-male",
    "age.old-young",
    "nationality.mexican-american",
)
"""As in prompts/senses; named here so that `--help` need not load them. A test compares them."""


@click.command()
@click.argument("model")
@adapter_option
@base_option
@tier_option("How much to read.")
@click.option(
    "--concept",
    "concepts",
    multiple=True,
    type=click.Choice(CONCEPT_NAMES),
    help="Read this concept alone; may be repeated.",
)
@layers_at_option
@dtype_option("Arithmetic.")
@click.option("--out", type=FILE, default=None, metavar="DIR", help="Where the numbers go.")
@seed_option("Of relabellings and random vectors.")
@threads_option()
@resume_option("begin again")
@json_option
def probe(model: str, **options: Any) -> None:
    """Read the layers of MODEL: which sense of an ambiguous word it holds, where, and to what end.

    MODEL is what `auditor run` takes. A GGUF file is opened dequantised.

    \b
    Example:
        auditor probe aligned/ --base base/ --tier quick
    """
    from auditor.cli.progress import progress_bars
    from auditor.workflows.folder_names import default_folder
    from auditor.workflows.layers import LayerRequest
    from auditor.workflows.probe import run_probe

    request = LayerRequest(
        tier=options["tier"],
        seed=options["seed"],
        adapter=options["adapter"],
        base=options["base"],
        layers_at=options["layers_at"],
        concepts=tuple(dict.fromkeys(options["concepts"])),
        dtype=options["dtype"],
        n_threads=options["threads"],
    )
    out = options["out"] or default_folder(model, f"layers-{options['tier']}")
    with progress_bars("Reading layers") as (on_step,):
        outcome = run_probe(
            model, request, out=out, is_fresh=not options["resumes"], on_step=on_step
        )
    _echo(outcome, as_json=options["as_json"])


def _echo(outcome: "ProbeOutcome", *, as_json: bool) -> None:
    paths = {name: str(outcome.folder.path / name) for name in outcome.files}
    result = outcome.result
    if as_json:
        summary = {
            "concepts": [_summary(each) for each in result.concepts],
            "base_missing_because": result.base_missing_because,
            "files": paths,
        }
        click.echo(json.dumps(summary, ensure_ascii=False, indent=1))
        return
    click.echo(
        f"{result.source.model}: {result.source.n_layers} layers at {result.source.blocks}. "
        "Accuracy of held-out linear probes, with its 95 % interval."
    )
    for concept in result.concepts:
        click.echo(f"{concept.concept_id:<30} {_line(concept)}")
    if result.base_missing_because:
        click.echo(f"auditor: no base model: {result.base_missing_because}", err=True)
    for path in paths.values():
        click.echo(path)


def _line(concept: "ConceptResult") -> str:
    counts = f"n={concept.n_sentences} sentences in {concept.n_pairs} pairs"
    found = concept.probe
    if found.peak is None:
        return f"told apart nowhere: no layer above {found.limit:.2f}; {counts}"
    return (
        f"told apart from layer {found.above[0]}, best at {found.peak}: "
        f"{_point(found.accuracy[found.peak])}, control {found.limit:.2f}; {counts}"
    )


def _point(point: "CurvePoint") -> str:
    if point.value is None or point.low is None or point.high is None:
        return "undefined"
    return f"{point.value:.2f} [{point.low:.2f}, {point.high:.2f}]"


def _summary(concept: "ConceptResult") -> dict[str, object]:
    return {
        "concept": concept.concept_id,
        "n_sentences": concept.n_sentences,
        "n_pairs": concept.n_pairs,
        "limit": concept.probe.limit,
        "layers_above": concept.probe.above,
        "peak": concept.probe.peak,
        "readable": concept.awareness.readable,
    }
