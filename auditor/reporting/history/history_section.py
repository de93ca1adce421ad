"""The reviews of one model: each of them, their trend, what moved. Pure."""

from collections.abc import Mapping, Sequence

from auditor.core.history import Line, Step
from auditor.core.items import Contrast
from auditor.core.review import Change
from auditor.reporting import verdicts
from auditor.reporting.effect_numbers import effect_text, n_text
from auditor.reporting.history.history_tables import (
    moved_table,
    pooled_table,
    reviews_table,
    steps_table,
)
from auditor.reporting.history.history_words import (
    letters_of,
    line_name,
    of_review,
    reviews_words,
    what_came,
)
from auditor.reporting.history.trend_panels import criterion_name, trend_charts
from auditor.reporting.language import tr
from auditor.reporting.pages import Part, ReviewSection
from auditor.reporting.reviews.change_words import mark_of, tally_words
from auditor.reporting.reviews.increase_words import increases_verdict

Contrasts = Mapping[str, Contrast]


def section(line: Line, contrasts: Contrasts, place: int) -> ReviewSection:
    """Everything on one model."""
    key = f"model-{place}"
    letters = letters_of(line.steps)
    return ReviewSection(
        section_id=key,
        title=line_name(line),
        lead=(reviews_words(line), newest(line), *since(line, contrasts)),
        tables=(
            reviews_table(line, key),
            *([steps_table(line, letters, key)] if line.steps else []),
        ),
        parts=(
            *_trend_parts(line, contrasts, letters),
            *_moved_part(line, contrasts, key),
        ),
    )


def _trend_parts(line: Line, contrasts: Contrasts, letters: Sequence[str]) -> list[Part]:
    return [
        Part(
            title=tr("Trend") if place == 0 else tr("Trend, continued"),
            lead=tr(
                "Letters and lines mark what changed between two reviews, as the table above calls "
                "it; a line that is solid breaks the trend. Shaded: the policy’s limit."
            )
            if place == 0
            else "",
            chart=chart,
            tables=(),
        )
        for place, chart in enumerate(trend_charts(line, contrasts, letters))
    ]


def _moved_part(line: Line, contrasts: Contrasts, key: str) -> list[Part]:
    """What became worse or better, after the means of the longest comparison."""
    if not line.steps:
        return []
    moved = moved_table(line, contrasts, key)
    step = _newest_comparison(line)
    if step is None:
        lead = tr("No two of these reviews can be compared.")
    elif moved is None:
        lead = tr("In no step is any criterion shown to have become worse or better.")
    else:
        lead = ""
    return [
        Part(
            title=tr("What moved"),
            lead=lead,
            tables=(
                *([pooled_table(step, key)] if step and step.pooled else []),
                *([moved] if moved else []),
            ),
        )
    ]


def newest(line: Line) -> str:
    """What the newest review came to, with what its policy asks of an increase."""
    review = line.reviews[-1]
    told = (verdicts.verdict_line(review.findings), increases_verdict(review.baseline_findings))
    return tr(
        "The newest review: {verdict}. {line}",
        verdict=verdicts.mark_of(of_review(review)).word,
        line=" ".join(one for one in told if one),
    )


def since(line: Line, contrasts: Contrasts) -> list[str]:
    """What became of the criteria since the review before, and since the first comparable one."""
    if not line.steps:
        return []
    told = [tr("Since the review before: {what}.", what=what_came(line.steps[-1]))]
    last = len(line.reviews) - 1
    told += [_from_to(one) for one in line.returns if one.second == last]
    told += [_from_to(line.span)] if line.span is not None else []
    compared = _newest_comparison(line)
    # An older comparison says nothing of the newest review, which this paragraph is about.
    largest = _largest(compared, contrasts) if compared and compared.second == last else ""
    return [*told, largest] if largest else told


def _from_to(step: Step) -> str:
    return tr(
        "From review {first} to review {last}, which can be compared: {tally}.",
        first=step.first + 1,
        last=step.second + 1,
        tally=tally_words(step.changes),
    )


def _newest_comparison(line: Line) -> Step | None:
    """The longest that ends with the newest review, else the newest one; None for none."""
    return line.span or (line.compared[-1] if line.compared else None)


def _largest(step: Step, contrasts: Contrasts) -> str:
    """The largest paired difference of a step, with its interval and n; empty without any."""
    found = [
        (abs(one.difference.value), one)
        for one in step.changes
        if one.difference is not None and one.difference.value is not None
    ]
    if not found or not max(size for size, _ in found):
        return ""
    change: Change = max(found, key=lambda pair: pair[0])[1]
    assert change.difference is not None
    return tr(
        "The largest paired difference from review {first} to review {last}: {criterion}, "
        "{difference}, {n} ({word}).",
        first=step.first + 1,
        last=step.second + 1,
        criterion=criterion_name(contrasts, change.measure_id, change.contrast_id),
        difference=effect_text(change.difference, "score"),
        n=n_text(change.difference),
        word=mark_of(change.word).word,
    )
