"""Whether the layers' states are used, and what the model says of them, as tables. Pure."""

from collections.abc import Sequence

from auditor.core.layer_results import (
    AblationResult,
    ConceptResult,
    PatchingResult,
    ReadingPoint,
)
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell, Table
from auditor.reporting.language import tr, tr_in
from auditor.reporting.layers.layer_cells import N_PAIRS, layer_table, name_cell, number, wrapped
from auditor.reporting.layers.layer_numbers import at, effect, effect_cell, layer_list, n_cell
from auditor.reporting.layers.layer_sentences import words_of
from auditor.reporting.layers.layer_use_sentences import (
    best_patched,
    largest_control,
    patched_layers,
)
from auditor.reporting.rounding import NONE


def patching_table(concepts: Sequence[ConceptResult]) -> Table:
    """Patching at the layer where the effect is largest."""
    return layer_table(
        "t-layer-patching",
        tr("Patching: effect on the answer in log-odds, with 95 % intervals"),
        (
            tr("Concept"),
            tr("Patched layers"),
            tr("Best shown at"),
            tr("Effect"),
            tr(N_PAIRS),
            tr("Largest control"),
            tr("Shown at layers"),
        ),
        [_patching_row(c, c.patching) for c in concepts if c.patching],
        footnote=tr(
            "Effect: with a state from a social sentence minus with one from its pair; positive "
            "moves the answer towards the social sense. Shown: interval above zero, all patched "
            "layers considered, and above what an unrelated word and a random direction do."
        ),
    )


def ablation_table(concepts: Sequence[ConceptResult]) -> Table:
    """The association score with and without the probe's direction."""
    return layer_table(
        "t-layer-ablation",
        tr("Ablation: association score without the probe’s direction, with 95 % intervals"),
        (
            tr("Concept"),
            tr("From layer"),
            tr("Before"),
            tr("After"),
            tr("Change"),
            tr("n (stimuli)"),
            tr("Random directions"),
            "p",
            tr("Change of log-likelihood"),
        ),
        [_ablation_row(c, c.ablation) for c in concepts if c.ablation],
        footnote=tr(
            "Random directions: smallest and largest change that one brings, and how many were "
            "tried. p: rank of the change’s size among them. Log-likelihood of the answers: a "
            "large fall means a damaged model."
        ),
    )


def reading_table(concepts: Sequence[ConceptResult]) -> Table:
    """Readings in words by layer."""
    return layer_table(
        "t-layer-readings",
        tr("Readings in words by layer"),
        (
            tr("Concept, layer"),
            tr("Readings"),
            tr("Known answers read"),
            tr("Say nothing"),
            tr("Moved by the state"),
            tr("Social named, social sentences"),
            tr("Other sentences"),
            tr("Believed"),
        ),
        [
            _reading_row(c, p, is_believed=p.layer in c.readings.believed)
            for c in concepts
            if c.readings
            for p in c.readings.points
        ],
        footnote=tr(
            "Say nothing: repeats itself or the prompt. The last two shares are of readings that "
            "say something and that the state moved. Shares of few readings, without intervals: "
            "they describe and decide nothing."
        ),
    )


def _patching_row(concept: ConceptResult, patching: PatchingResult) -> tuple[Cell, ...]:
    layer = best_patched(patching)
    own = next((c.points for c in patching.curves if c.kind == "identifier"), ())
    point = at(own, layer)
    control = largest_control(patching, layer)
    return (
        name_cell(concept),
        wrapped(layer_list(patched_layers(patching))),
        number(NONE if layer is None else str(layer)),
        effect_cell(point),
        n_cell(point),
        Cell(
            text=effect(control[1]) if control else NONE,
            note=_control_name(control[0]) if control else "",
            kind="number",
        ),
        wrapped(layer_list(patching.above) if patching.above else tr_in("layers", "none")),
    )


def _ablation_row(concept: ConceptResult, ablation: AblationResult) -> tuple[Cell, ...]:
    changes = ablation.random_differences
    return (
        name_cell(concept),
        number(str(ablation.from_layer)),
        effect_cell(ablation.before),
        effect_cell(ablation.after),
        effect_cell(ablation.difference),
        n_cell(ablation.difference),
        Cell(
            text=_from_to(effect(min(changes)), effect(max(changes))) if changes else NONE,
            note=tr("of {n}", n=rounding.count(len(changes))),
            kind="number",
        ),
        number(rounding.p_value(ablation.p_value)),
        number(effect(ablation.log_likelihood_change)),
    )


def _reading_row(
    concept: ConceptResult, point: ReadingPoint, *, is_believed: bool
) -> tuple[Cell, ...]:
    known = NONE if point.known_right is None else _of(point.known_right, point.n_known)
    shares = (point.degenerate, point.relevant, point.social_in_social, point.social_in_other)
    return (
        # The space within the message is no-break.
        Cell(text=tr("{words}, layer\u00a0{layer}", words=words_of(concept), layer=point.layer)),
        number(rounding.count(point.n)),
        number(known),
        *(number(NONE if share is None else rounding.percent(share)) for share in shares),
        number(tr("yes") if is_believed else tr("no")),
    )


def _of(share: float, n: int) -> str:
    return tr("{n}\u00a0of\u00a0{all}", n=round(share * n), all=rounding.count(n))


def _from_to(low: str, high: str) -> str:
    return tr("{low}\u00a0to\u00a0{high}", low=low, high=high)


def _control_name(kind: str) -> str:
    """Whose state a control puts in; only the two that an effect is judged by are named."""
    if kind == "random":
        return tr_in("control state", "random")
    return tr_in("control state", "unrelated")
