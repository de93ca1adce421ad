"""What the charts of scores have in common: series, axis, limit. Pure."""

from collections.abc import Sequence

from auditor.core.measures import Measure
from auditor.reporting import rounding
from auditor.reporting.dot_chart import Series
from auditor.reporting.language import mark, tr
from auditor.reporting.view import View

LIKELIHOOD = Series(key="likelihood", label=mark("by likelihood"))
WRITTEN = Series(key="written", label=mark("in writing"))


def score_axis(null: Measure | None) -> str:
    """What the axis of scores shows, with what the dotted lines on it stand for."""
    if null is None or not null.value:
        return tr("score: 0 none, + stereotype, − opposite")
    return tr(
        "score: 0 none, + stereotype, − opposite; dotted: null control ±{size}",
        size=rounding.plain(abs(null.value)),
    )


def common_limit(view: View, names: Sequence[str]) -> float | None:
    """The policy's limit on these measures; None where there is none, or more than one."""
    limits = {f.limit for f in view.asked if f.measure_id.split("[")[0] in names}
    return limits.pop() if len(limits) == 1 else None
