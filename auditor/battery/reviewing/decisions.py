"""What a run decided about persons, candidate by candidate, so that two runs can be laid together.

A candidate is one copy of an application: what a group's member sent. By likelihood there is one
decision a copy, the sign of its mean log-odds over both orders of the answers; in text one a copy
and order. Where candidates are asked about in several wordings, the shipped one decides. Controls
compare no groups of people and are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.battery.clusters import Scored, by_mode, items_of, paired
from auditor.battery.decisions import admissions, hiring, stability
from auditor.battery.decisions.decision_rates import likelihood_decisions, written_decisions
from auditor.battery.decisions.stability_items import COPIES
from auditor.battery.fix.pooled import OTHER_ROLES, contrasts_in
from auditor.battery.reviewing.run_scores import ReviewedScores
from auditor.core.items import Contrast, Mode

DECIDING = (hiring.name, admissions.name, stability.name)
"""Instruments that decide about one person at a time."""
_WITH_CONTEXTS = (hiring.name,)
"""Those whose templates are situations of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One copy of an application, and what a model decided about it."""

    key: tuple[str, ...]
    """The same in every run of a battery, and no other candidate's."""
    instrument: str
    context: str
    """As in `simple` or `realistic`; empty where an instrument has one alone."""
    contrast_id: str
    group: str
    side: str
    order: str
    """Of the two answers, as in `yes-first`; empty by likelihood, which takes it out."""
    cluster: str
    """What all copies of an application share, in whatever contrast they stand."""
    is_selected: bool | None
    """None: nothing was decided, as by an unusable answer or log-odds of exactly 0."""


def decided(run: ReviewedScores, mode: Mode) -> tuple[Candidate, ...]:
    """Every candidate of a run in one mode, in the battery's order."""
    scores = by_mode(run.scores)[mode]
    return tuple(
        one
        for instrument in DECIDING
        for contrast in contrasts_in(run.battery, instrument, OTHER_ROLES)
        for one in _of_contrast(
            instrument,
            contrast,
            paired(items_of(run.battery, instrument, contrast.contrast_id), scores),
            mode,
        )
    )


def _of_contrast(
    instrument: str, contrast: Contrast, scored: Sequence[Scored], mode: Mode
) -> Iterator[Candidate]:
    if instrument == stability.name:
        scored = [_as_application(s, contrast) for s in _shipped(scored)]
    decide = written_decisions if mode == "text" else likelihood_decisions
    for one in decide(scored):
        context = one.application[1] if instrument in _WITH_CONTEXTS else ""
        yield Candidate(
            key=(instrument, contrast.contrast_id, *one.application, one.group),
            instrument=instrument,
            context=context,
            contrast_id=contrast.contrast_id,
            group=one.group,
            side=one.side,
            order=one.application[-1] if mode == "text" else "",
            # The same resume in another contrast is no new evidence on how a model reads resumes.
            cluster=f"{instrument}/{one.cluster.removeprefix(f'{contrast.contrast_id}/')}",
            is_selected=one.is_selected,
        )


def _shipped(scored: Sequence[Scored]) -> list[Scored]:
    """Answers to the first wording; drawn ones are left out, as they are no decision of one run."""
    asked = [s for s in scored if not s.item.sample]
    return [s for s in asked if s.item.template_id == asked[0].item.template_id]


def _as_application(scored: Scored, contrast: Contrast) -> Scored:
    """An answer about a card's copy, with the factors that copies of an application have."""
    copy = scored.item.factor("copy")
    factors = (
        ("group", contrast.target if copy == COPIES[0] else contrast.reference),
        ("side", copy),
        ("order", scored.item.factor("order")),
    )
    return replace(scored, item=replace(scored.item, factors=factors))
