"""A history as a document: for each model its reviews, their trend, what changed. Pure."""

from collections.abc import Mapping, Sequence

from auditor import __version__
from auditor.core.history import History, LeftOut, Line, moment_of
from auditor.core.items import Contrast
from auditor.reporting import naming, rounding, verdicts
from auditor.reporting.blocks import Cell, Column, Fact, Table
from auditor.reporting.document import Document
from auditor.reporting.history.history_section import newest, section, since
from auditor.reporting.history.history_tables import evidence_table, left_out_table
from auditor.reporting.history.history_words import (
    line_name,
    moment_words,
    of_review,
    reviews_words,
    what_came,
)
from auditor.reporting.language import Language, mark, tr, tr_n
from auditor.reporting.pages import ReviewSection
from auditor.reporting.reviews.baseline_pages import how

Contrasts = Mapping[str, Contrast]
_DISCLAIMER = mark(
    "This document sets audits of a model side by side. It is evidence for a review. It is not a "
    "legal opinion or a certification, and a score that fell shows nothing about uses that the "
    "battery does not ask about."
)
_LINES = mark(
    "The reviews of one model are the runs whose models have the same name, those with an adapter "
    "apart from those without. Weights are expected to change from one review to the next and do "
    "not separate them. A run that is there twice is taken once."
)
_NUMBERS = mark(
    "Computed anew: the stored answers are scored, measured and judged by this version of auditor, "
    "whichever version asked. As stored: the run asked another battery than this version has; its "
    "numbers are those that it was given out with, found unaltered by the hashes of its manifest. "
    "They are printed, and compared with nothing."
)
_BREAKS = mark(
    "A line joins two reviews only where both were asked the same: the same battery, tier, tests "
    "and chat template. Elsewhere it is broken, at a solid line; a dashed one marks every other "
    "change. What each of several changes contributes is not told apart."
)
_NO_TREND = mark(
    "No trend is fitted or tested: each step, and the first review against the last one, is a "
    "paired comparison of its own. Over many steps some are called worse or better by chance: p "
    "values are adjusted over the criteria of one comparison, not over the steps."
)
_POLICY = mark(
    "Verdicts are by the policy declared before each run. In a comparison of two reviews both are "
    "judged by the policy of the later one, so that a new limit is no change of the model."
)


def history_document(
    history: History, contrasts: Sequence[Contrast], *, language: Language
) -> Document:
    """Every string of the document; called within `speaking`."""
    by_id = {one.contrast_id: one for one in contrasts}
    lines = history.lines
    n_reviews = sum(len(line.reviews) for line in lines)
    runs = [one.run for line in lines for one in line.reviews]
    created = max((run.created for run in runs), key=moment_of)
    title = line_name(lines[0]) if len(lines) == 1 else tr("{n} models", n=len(lines))
    return Document(
        kicker=tr("History of reviews"),
        title=title,
        language=language,
        created=created,
        description=tr(
            "What {n} audits found, and what changed between them.", n=rounding.count(n_reviews)
        ),
        generator=f"auditor {__version__}",
        run_id=_reviews_of(n_reviews),
        facts=_facts(history, n_reviews),
        summary=_summary(history, by_id),
        summary_table=_summary_table(lines) if len(lines) > 1 else None,
        reviews=(
            *(section(line, by_id, place) for place, line in enumerate(lines, start=1)),
            *([_left_out(history.left_out)] if history.left_out else []),
        ),
        method=_method(),
        provenance=(
            Fact(label=tr("Made with"), text=f"auditor {__version__}"),
            Fact(label=tr("Reviews"), text=rounding.count(n_reviews)),
        ),
        files=evidence_table(lines),
        commands=(
            Fact(
                label=tr("Check the files of this document, in its folder"),
                text="sha256sum --check manifest.sha256",
            ),
            Fact(
                label=tr("Check one run against its own hashes, in its folder"),
                text="sha256sum --check --ignore-missing manifest.sha256",
            ),
            Fact(
                label=tr("Make this history again from the run folders, without the models"),
                text="auditor history DIR",
            ),
        ),
        disclaimer=tr(_DISCLAIMER),
    )


def _reviews_of(n: int) -> str:
    return tr_n("{n} review", "{n} reviews", n)


def _facts(history: History, n_reviews: int) -> tuple[Fact, ...]:
    told = [one.run.created for line in history.lines for one in line.reviews]
    told.sort(key=moment_of)
    return (
        Fact(label=tr("Models"), text=", ".join(line_name(line) for line in history.lines)),
        Fact(label=tr("Reviews"), text=rounding.count(n_reviews)),
        Fact(label=tr("First"), text=rounding.moment(told[0])),
        Fact(label=tr("Newest"), text=rounding.moment(told[-1])),
        Fact(label=tr("Folders left out"), text=rounding.count(len(history.left_out))),
    )


def _summary(history: History, contrasts: Contrasts) -> tuple[str, ...]:
    told: list[str] = []
    if len(history.lines) == 1:
        line = history.lines[0]
        told = [reviews_words(line), newest(line), *since(line, contrasts)]
    else:
        told.append(
            tr(
                "{n} models, each with its own section. Models are not compared with each other "
                "here; auditor compare does that.",
                n=rounding.count(len(history.lines)),
            )
        )
    if history.left_out:
        n = len(history.left_out)
        told.append(
            tr_n(
                "{n} folder holds something of a run and is not counted as a review; the reason "
                "is listed.",
                "{n} folders hold something of a run and are not counted as reviews; the reasons "
                "are listed.",
                n,
            )
        )
    return tuple(told)


def _summary_table(lines: Sequence[Line]) -> Table:
    return Table(
        table_id="t-lines",
        caption=tr("The newest review of each model"),
        columns=(
            Column(text=tr("Model")),
            Column(text=tr("Reviews"), kind="number"),
            Column(text=tr("Newest (UTC)")),
            Column(text=tr("Verdict")),
            Column(text=tr("Since the review before")),
        ),
        rows=tuple(
            (
                Cell(text=line_name(line)),
                Cell(text=rounding.count(len(line.reviews)), kind="number"),
                Cell(text=moment_words(line.reviews[-1].run.created)),
                Cell(text="", mark=verdicts.mark_of(of_review(line.reviews[-1]))),
                Cell(
                    text=naming.capital(what_came(line.steps[-1]))
                    if line.steps
                    else tr("One review is no trend.")
                ),
            )
            for line in lines
        ),
        is_dense=True,
    )


def _left_out(left_out: Sequence[LeftOut]) -> ReviewSection:
    return ReviewSection(
        section_id="left-out",
        title=tr("Left out"),
        lead=(
            tr(
                "These folders hold something of a run. None of their numbers is used here; "
                "history.json says what can be done about each."
            ),
        ),
        tables=(left_out_table(left_out),),
        parts=(),
    )


def _method() -> tuple[Fact, ...]:
    return (
        Fact(label=tr("Which runs belong together"), text=tr(_LINES)),
        Fact(label=tr("Numbers"), text=tr(_NUMBERS)),
        Fact(label=tr("Lines and breaks"), text=tr(_BREAKS)),
        Fact(label=tr("Comparison"), text=how()),
        Fact(label=tr("Verdicts"), text=tr(_POLICY)),
        Fact(label=tr("Trend"), text=tr(_NO_TREND)),
    )
