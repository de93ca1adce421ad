"""What the gap between implied and stated shows, in words that its intervals carry. Pure."""

from auditor.core.measures import Measure
from auditor.reporting import naming, rounding, wording
from auditor.reporting.view import EXPLICIT, GAP, IMPLICIT, View


def gap_sentence(view: View) -> str:
    """How the implicit and explicit scores compare, as far as both can be read."""
    if left_out := _left_out(view):
        return f"There is no gap between implied and stated: {left_out} was left out of this run."
    gaps = [(c, view.measure(GAP, c)) for c in view.primaries if view.is_gap_readable(c)]
    read = [(c, g) for c, g in gaps if g is not None and g.interval is not None]
    if not read:
        return (
            "The gap between implied and stated cannot be read: in no category were both tests "
            "measurable."
        )
    above = [pair for pair in read if _low(pair[1]) > 0]
    below = sum(_high(gap) < 0 for _, gap in read)
    where = f"of the {len(read)} categories where both tests can be read"
    if not above:
        tail = f"; in {below} it is below it" if below else ""
        return (
            f"In none {where} is the implicit score shown to be above the explicit one (95 % "
            f"interval of the difference above zero){tail}."
        )
    contrast, gap = above[0]
    tail = f", and in {below} it is below it" if below else ""
    return (
        f"In {len(above)} {where}, the model implies more of the stereotype than it states (95 % "
        f"interval of the gap above zero){tail}; the largest such gap is in "
        f"{naming.category_name(contrast.category).lower()}, {wording.value_text(gap)}."
    )


def _left_out(view: View) -> str:
    """The half of the gap that was not asked; empty where both were."""
    missing = [name for name in (IMPLICIT, EXPLICIT) if not view.has_run(name)]
    return naming.title(missing[0]) if len(missing) == 1 else ""


def chart_title(view: View) -> str:
    """The finding that chart 1 shows, in words."""
    readable = [c for c in view.primaries if view.is_gap_readable(c)]
    if not readable:
        return _unread_title(view)
    contrast = readable[0]
    explicit = view.measure(f"{EXPLICIT}.score", contrast)
    implicit = view.measure(f"{IMPLICIT}.score", contrast)
    name = naming.category_name(contrast.category)
    return (
        f"{name}: explicit {rounding.of_unit(explicit.value if explicit else None, 'score')}, "
        f"implicit {rounding.of_unit(implicit.value if implicit else None, 'score')}"
    )


def _unread_title(view: View) -> str:
    if left_out := _left_out(view):
        half = "Explicit" if left_out == naming.title(IMPLICIT) else "Implicit"
        return f"{half} scores only: {left_out} was left out of this run, so there is no gap"
    is_read = {
        name: any(view.is_measurable(c, f"{name}.score") for c in view.primaries)
        for name in (IMPLICIT, EXPLICIT)
    }
    if is_read[IMPLICIT] and not is_read[EXPLICIT]:
        return "Implicit scores only: the explicit score is not measurable, so there is no gap"
    if is_read[EXPLICIT] and not is_read[IMPLICIT]:
        return "Explicit scores only: the implicit score is not measurable, so there is no gap"
    if not any(is_read.values()):
        return "Neither the implicit nor the explicit score is measurable in any category"
    return "In no category are both scores measurable, so there is no gap"


def _low(measure: Measure) -> float:
    return measure.interval.low if measure.interval else 0.0


def _high(measure: Measure) -> float:
    return measure.interval.high if measure.interval else 0.0
