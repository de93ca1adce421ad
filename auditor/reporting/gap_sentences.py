"""What the gap between implied and stated shows, in words that its intervals carry. Pure."""

from auditor.core.measures import Measure
from auditor.reporting import naming, rounding, wording
from auditor.reporting.language import tr
from auditor.reporting.view import EXPLICIT, GAP, IMPLICIT, View


def gap_sentence(view: View) -> str:
    """How the implicit and explicit scores compare, as far as both can be read."""
    if left_out := _left_out(view):
        return tr(
            "There is no gap between implied and stated: {test} was left out of this run.",
            test=naming.title(left_out),
        )
    gaps = [(c, view.measure(GAP, c)) for c in view.primaries if view.is_gap_readable(c)]
    read = [(c, g) for c, g in gaps if g is not None and g.interval is not None]
    if not read:
        return tr(
            "The gap between implied and stated cannot be read: in no category were both tests "
            "measurable."
        )
    above = [pair for pair in read if _low(pair[1]) > 0]
    below = sum(_high(gap) < 0 for _, gap in read)
    if not above:
        told = _none_above(has_below=below > 0)
        return told.format(n=len(read), n_below=below)
    contrast, gap = above[0]
    return _some_above(has_below=below > 0).format(
        n_above=len(above),
        n=len(read),
        n_below=below,
        category=naming.category_in_prose(contrast.category),
        value=wording.value_text(gap),
    )


def _none_above(*, has_below: bool) -> str:
    if has_below:
        return tr(
            "In none of the {n} categories where both tests can be read is the implicit score "
            "shown to be above the explicit one (95 % interval of the difference above zero); in "
            "{n_below} it is below it."
        )
    return tr(
        "In none of the {n} categories where both tests can be read is the implicit score shown "
        "to be above the explicit one (95 % interval of the difference above zero)."
    )


def _some_above(*, has_below: bool) -> str:
    if has_below:
        return tr(
            "In {n_above} of the {n} categories where both tests can be read, the model implies "
            "more of the stereotype than it states (95 % interval of the gap above zero), and in "
            "{n_below} it is below it; the largest such gap is in {category}, {value}."
        )
    return tr(
        "In {n_above} of the {n} categories where both tests can be read, the model implies more "
        "of the stereotype than it states (95 % interval of the gap above zero); the largest such "
        "gap is in {category}, {value}."
    )


def _left_out(view: View) -> str:
    """The instrument of the half of the gap that was not asked; empty where both were."""
    missing = [name for name in (IMPLICIT, EXPLICIT) if not view.has_run(name)]
    return missing[0] if len(missing) == 1 else ""


def chart_title(view: View) -> str:
    """The finding that chart 1 shows, in words."""
    readable = [c for c in view.primaries if view.is_gap_readable(c)]
    if not readable:
        return _unread_title(view)
    contrast = readable[0]
    explicit = view.measure(f"{EXPLICIT}.score", contrast)
    implicit = view.measure(f"{IMPLICIT}.score", contrast)
    return tr(
        "{category}: explicit {explicit}, implicit {implicit}",
        category=naming.category_name(contrast.category),
        explicit=rounding.of_unit(explicit.value if explicit else None, "score"),
        implicit=rounding.of_unit(implicit.value if implicit else None, "score"),
    )


def _unread_title(view: View) -> str:
    if left_out := _left_out(view):
        test = naming.title(left_out)
        if left_out == IMPLICIT:
            return tr(
                "Explicit scores only: {test} was left out of this run, so there is no gap",
                test=test,
            )
        return tr(
            "Implicit scores only: {test} was left out of this run, so there is no gap", test=test
        )
    is_read = {
        name: any(view.is_measurable(c, f"{name}.score") for c in view.primaries)
        for name in (IMPLICIT, EXPLICIT)
    }
    if is_read[IMPLICIT] and not is_read[EXPLICIT]:
        return tr("Implicit scores only: the explicit score is not measurable, so there is no gap")
    if is_read[EXPLICIT] and not is_read[IMPLICIT]:
        return tr("Explicit scores only: the implicit score is not measurable, so there is no gap")
    if not any(is_read.values()):
        return tr("Neither the implicit nor the explicit score is measurable in any category")
    return tr("In no category are both scores measurable, so there is no gap")


def _low(measure: Measure) -> float:
    return measure.interval.low if measure.interval else 0.0


def _high(measure: Measure) -> float:
    return measure.interval.high if measure.interval else 0.0
