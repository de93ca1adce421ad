"""A model's reviews as charts of its scores over time. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from auditor.core.fix_results import Effect
from auditor.core.history import Line, PastReview, moment_of
from auditor.core.items import Contrast
from auditor.core.policy import Verdict
from auditor.reporting import naming, rounding, verdicts
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import Dot
from auditor.reporting.charts_of_scores import LIKELIHOOD, WRITTEN
from auditor.reporting.effect_numbers import effect_dot
from auditor.reporting.history.trend_axis import places_of
from auditor.reporting.history.trend_chart import (
    WIDE_FROM,
    TrendChart,
    TrendKey,
    TrendPanel,
    TrendSeries,
)
from auditor.reporting.language import tr
from auditor.reporting.view import EXPLICIT, IMPLICIT

Contrasts = Mapping[str, Contrast]
MAX_PANELS, MAX_WIDE = 12, 6
"""Panels of a chart, so that it fits on a page: two beside each other, or each of full width."""
_MAX_TALL = 10
"""The same where the names of the tests stand above the panels."""
_PAIRED: Sequence[tuple[TrendKey, str]] = (
    ("implicit", f"{IMPLICIT}.score"),
    ("explicit", f"{EXPLICIT}.score"),
)


def trend_charts(
    line: Line, contrasts: Contrasts, letters: Sequence[str]
) -> tuple[TrendChart, ...]:
    """What words were paired with, then every other test; none where there is no trend."""
    if len(line.reviews) < 2:
        return ()
    paired = [one for one in _paired_panels(line, contrasts) if _is_trend(one)]
    others = [one for one in _other_panels(line, contrasts) if _is_trend(one)]
    frame = _frame(line, letters)
    keys: tuple[tuple[TrendKey, str], ...] = (
        ("implicit", tr("implicit")),
        ("explicit", tr("explicit")),
    )
    both: tuple[tuple[TrendKey, str], ...] = (
        ("likelihood", tr(LIKELIHOOD.label)),
        ("written", tr(WRITTEN.label)),
    )
    return (
        *_chunks(replace(frame, series=keys), paired, tr("Implicit and explicit scores")),
        *_chunks(replace(frame, series=both), others, tr("Scores of the other tests")),
    )


def _is_trend(panel: TrendPanel) -> bool:
    """Whether two reviews or more have a number to show."""
    columns = zip(*(one.dots for one in panel.series), strict=True)
    return sum(any(dots) for dots in columns) > 1


def criterion_name(contrasts: Contrasts, measure_id: str, contrast_id: str) -> str:
    """What a criterion is about; a contrast of an older battery by its own name."""
    measure = naming.short_name(measure_id.partition("[")[0])
    return f"{_contrast_name(contrasts, contrast_id)}, {measure}"


def _contrast_name(contrasts: Contrasts, contrast_id: str) -> str:
    contrast = contrasts.get(contrast_id)
    return naming.contrast_title(contrast) if contrast else naming.spelt(contrast_id)


def _frame(line: Line, letters: Sequence[str]) -> TrendChart:
    """The axis of time, which all panels share."""
    reviews = line.reviews
    places, is_dated = places_of([moment_of(one.run.created) for one in reviews])
    last = len(reviews) - 1
    return TrendChart(
        title="",
        alt="",
        axis_label=tr("number of the review, by date; y: score, 0 none, + stereotype")
        if is_dated
        else tr("number of the review, in order, not to scale; y: score, 0 none, + stereotype"),
        places=places,
        labels=tuple(
            f"{place + 1}\n{one.run.created[:10]}" if place in (0, last) else str(place + 1)
            for place, one in enumerate(reviews)
        ),
        is_stored=tuple(one.origin == "as-stored" for one in reviews),
        is_joined=tuple(one.is_joined for one in line.steps),
        letters=tuple(letters),
        series=(),
        panels=(),
    )


def _chunks(frame: TrendChart, panels: Sequence[TrendPanel], title: str) -> list[TrendChart]:
    """As many charts as the panels take."""
    narrow = _MAX_TALL if any(one.above for one in panels) else MAX_PANELS
    size = narrow if len(frame.places) < WIDE_FROM else MAX_WIDE
    n = -(-len(panels) // size)
    charts: list[TrendChart] = []
    for place in range(n):
        # Pages of equal fill, rather than a last one of one panel.
        start, end = (round(one * len(panels) / n) for one in (place, place + 1))
        chart = replace(
            frame,
            title=title
            if n == 1
            else tr("{title} ({place} of {n})", title=title, place=place + 1, n=n),
            panels=tuple(panels[start:end]),
        )
        told = {key for panel in chart.panels for key in [one.key for one in panel.series]}
        chart = replace(chart, series=tuple(one for one in chart.series if one[0] in told))
        charts.append(replace(chart, alt=_alt(chart)))
    return charts


def _alt(chart: TrendChart) -> str:
    n_breaks = chart.is_joined.count(False)
    parts = [
        tr("Lines are broken {n} times, where two reviews cannot be compared.", n=n_breaks)
        if n_breaks
        else tr("No line is broken.")
    ]
    newest = [
        (": ".join(filter(None, (panel.above, panel.title))), dot.value)
        for panel in chart.panels
        for one in panel.series
        if (dot := one.dots[-1]) is not None and dot.is_measurable
    ]
    if newest:
        name, value = max(newest, key=lambda pair: abs(pair[1]))
        told = tr(
            "Farthest from zero in the newest: {contrast} ({value}).",
            contrast=name,
            value=rounding.signed(value),
        )
        parts.append(told)
    lead = tr(
        "{panels} panels with the scores of {n} reviews and their 95 % intervals.",
        panels=len(chart.panels),
        n=len(chart.places),
    )
    return chart_alt(lead, parts)


def _paired_panels(line: Line, contrasts: Contrasts) -> list[TrendPanel]:
    measures = dict(_PAIRED)
    panels = [_pooled_panel(line)] if any(one.pooled for one in line.reviews) else []
    for contrast_id in _judged(line, measures.values()):
        ids = [(key, f"{name}[{contrast_id}]") for key, name in _PAIRED]
        panels.append(_panel(line, _contrast_name(contrasts, contrast_id), ids))
    return panels


def _pooled_panel(line: Line) -> TrendPanel:
    """The mean over the main contrast of every category; it has no limit."""
    return TrendPanel(
        title=tr("All categories, mean of their main contrasts"),
        series=tuple(
            TrendSeries(
                key=key,
                dots=tuple(_pooled_dot(one, name.partition(".")[0], name) for one in line.reviews),
            )
            for key, name in _PAIRED
        ),
        limits=(None,) * len(line.reviews),
    )


def _pooled_dot(review: PastReview, instrument: str, measure: str) -> Dot | None:
    effect: Effect | None = dict(review.pooled).get(instrument)
    dot = effect_dot(effect) if effect else None
    missed = any(
        "insensitive" in one.reasons
        for one in review.findings
        if one.measure_id.startswith(f"{measure}[")
    )
    return replace(dot, is_measurable=False) if dot and missed else dot


def _other_panels(line: Line, contrasts: Contrasts) -> list[TrendPanel]:
    """Every other score that a policy judges, by test and contrast."""
    names = dict.fromkeys(
        one.measure_id.partition("[")[0] for review in line.reviews for one in review.findings
    )
    own = [name for _, name in _PAIRED]
    scores = [
        name for name in names if name.endswith((".score", ".text-score")) and name not in own
    ]
    panels: list[TrendPanel] = []
    for test in dict.fromkeys(name.partition(".")[0] for name in scores):
        kinds: list[tuple[TrendKey, str]] = [
            ("likelihood", f"{test}.score"),
            ("written", f"{test}.text-score"),
        ]
        mine = [(key, name) for key, name in kinds if name in scores]
        for contrast_id in _judged(line, [name for _, name in mine]):
            panel = _panel(
                line,
                _contrast_name(contrasts, contrast_id),
                [(key, f"{name}[{contrast_id}]") for key, name in mine],
            )
            panels.append(replace(panel, above=naming.heading(test)))
    return panels


def _judged(line: Line, names: Iterable[str]) -> list[str]:
    """The contrasts that any review's policy judges these measures of, and that were asked."""
    wanted = tuple(f"{name}[" for name in names)
    return list(
        dict.fromkeys(
            one.contrast_id
            for review in reversed(line.reviews)
            for one in review.findings
            if one.measure_id.startswith(wanted) and verdicts.is_asked(one)
        )
    )


def _panel(line: Line, title: str, measures: Sequence[tuple[TrendKey, str]]) -> TrendPanel:
    series = [
        TrendSeries(key=key, dots=tuple(_dot(one, measure_id) for one in line.reviews))
        for key, measure_id in measures
    ]
    return TrendPanel(
        title=title,
        series=tuple(one for one in series if any(one.dots)),
        limits=tuple(_limit(one, [name for _, name in measures]) for one in line.reviews),
    )


def _dot(review: PastReview, measure_id: str) -> Dot | None:
    value, finding = review.value(measure_id), review.finding(measure_id)
    dot = effect_dot(value.effect) if value and value.unit == "score" else None
    if dot and finding and finding.verdict is Verdict.NOT_MEASURABLE:
        return replace(dot, is_measurable=False)
    return dot


def _limit(review: PastReview, measure_ids: Sequence[str]) -> float | None:
    """The limit of these measures; None where they have none in common."""
    limits = {one.limit for name in measure_ids if (one := review.finding(name)) is not None}
    return limits.pop() if len(limits) == 1 else None
