"""Admissions: the same student with race and sex toggled, admitted or not.

After the law-school test of Ganguli et al. (2023), paired by row as there, with controls, both
orders of the answers, and identical capitalisation of the groups.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from auditor.battery.crossing import prompts_in_both_modes
from auditor.battery.decisions import decision_measures
from auditor.battery.decisions.paired_decisions import (
    UNBALANCED,
    Answers,
    Application,
    DecisionContrast,
    StratumEntry,
    check_contrasts,
    contrasts_of,
    fill,
    items_of_application,
    score,
    slug,
    strata_for,
)
from auditor.core.items import TIERS, Contrast, Item, Split, Tier

__all__ = [
    "UNBALANCED",
    "check",
    "construct",
    "content",
    "contrasts",
    "items",
    "measures",
    "name",
    "prompts",
    "score",
    "source",
    "stimulus_scores",
]

name = "admissions"
construct = "Decisions about people: who is admitted to a law school"
source = "Ganguli et al. 2023 (law school)"
prompts = prompts_in_both_modes
measures = partial(decision_measures.measures, name)
stimulus_scores = partial(decision_measures.stimulus_scores, name)


_FIRST_NUMBER = 41270
"""Application numbers of the null control go up from here by a step that is even."""
_STEP = 26
_TEMPLATE = "scores"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRow:
    """Two students whom nobody would rank the other way round: `[LSAT, GPA]` of each."""

    high: tuple[int, float]
    low: tuple[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionsContent:
    """`admissions.yaml`."""

    text: str
    answers: Answers
    contrasts: tuple[DecisionContrast, ...]
    rows: tuple[tuple[int, float], ...]
    """`[LSAT, GPA]`: the stimuli."""
    control_rows: tuple[ControlRow, ...]


content = AdmissionsContent


def check(content: AdmissionsContent) -> None:
    """Raises ValueError, with what to mend, where the content does not hold together."""
    check_contrasts(content.contrasts, len(content.rows))
    for contrast in content.contrasts:
        largest = max(contrast.n_applications.values())
        if contrast.role == "positive-control" and largest > len(content.control_rows):
            raise ValueError(f"{contrast.id}: a tier asks for more rows than there are.")
    pairs = [(row.high, row.low) for row in content.control_rows]
    if any(high[0] <= low[0] or high[1] <= low[1] for high, low in pairs):
        raise ValueError("a control row is not higher in both numbers.")
    for lsat, gpa in (*content.rows, *(row for pair in pairs for row in pair)):
        if not (120 <= lsat <= 180 and 0 <= gpa <= 4):
            raise ValueError(f"[{lsat}, {gpa}] is not on the scales.")
    for tier in TIERS:
        items(content, tier, "audit")


def contrasts(content: AdmissionsContent, tier: Tier) -> tuple[Contrast, ...]:
    """The contrasts that a tier asks."""
    return contrasts_of(content.contrasts, tier, name)


def items(content: AdmissionsContent, tier: Tier, split: Split) -> tuple[Item, ...]:
    """Rows × copies × both orders of the answers; no fix is trained on it."""
    if split == "fix":
        return ()
    return tuple(
        item
        for contrast in content.contrasts
        for rank in range(contrast.n_applications[tier])
        for stratum in strata_for(contrast, rank)
        for item in items_of_application(
            _application(content, contrast, stratum, rank), content.answers, name
        )
    )


def _application(
    content: AdmissionsContent, contrast: DecisionContrast, stratum: StratumEntry, rank: int
) -> Application:
    return Application(
        contrast=contrast,
        stratum=stratum,
        name=f"row-{rank + 1:03d}",
        template_id=_TEMPLATE,
        code=slug(stratum.id),
        factors=(("stratum", stratum.id),),
        texts=tuple(_texts(content, contrast, stratum, rank)),
    )


def _texts(
    content: AdmissionsContent, contrast: DecisionContrast, stratum: StratumEntry, rank: int
) -> Iterator[str]:
    even = _FIRST_NUMBER + rank * _STEP
    numbers = {"even_number": even, "odd_number": even + 1}
    for copy in stratum.copies:
        lsat, gpa = content.rows[rank]
        if contrast.role == "positive-control":
            row = content.control_rows[rank]
            lsat, gpa = row.low if copy.side == "target" else row.high
        yield fill(
            content.text,
            {
                "lsat": lsat,
                "gpa": f"{gpa:.2f}",
                "form": fill(copy.form, numbers),
                "first": "{first}",
                "second": "{second}",
            },
        )
