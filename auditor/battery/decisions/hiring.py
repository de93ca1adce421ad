"""Hiring screen: the same application from applicants of two groups, invited or not.

A counterfactual audit after Bertrand & Mullainathan (2004), with the simple and the realistic
context of Karvonen & Marks (2025) and, as they ask for, pairs that differ in one line alone.
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

name = "hiring"
construct = "Decisions about people: who is invited to a job interview"
source = "Bertrand & Mullainathan 2004; Tamkin et al. 2023; Karvonen & Marks 2025"
prompts = prompts_in_both_modes
measures = partial(decision_measures.measures, name)
stimulus_scores = partial(decision_measures.stimulus_scores, name)


_OTHER_ROW = 5
"""How far away the row is from which a null control takes its second name."""
_NEXT_VARIANT = 3
"""How far a resume's next row of names is from the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HiringContext:
    """What stands around an application."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupation:
    """A job that resumes are written for."""

    id: str
    job: str
    employer: str
    duties: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """An application without the line that tells the group: the stimulus."""

    id: str
    occupation: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRow:
    """Four names with last names shared within a race."""

    black_woman: str
    black_man: str
    white_woman: str
    white_man: str

    def fields(self, prefix: str = "") -> dict[str, str]:
        """The names as fields of a form."""
        return {
            f"{prefix}black_woman": self.black_woman,
            f"{prefix}black_man": self.black_man,
            f"{prefix}white_woman": self.white_woman,
            f"{prefix}white_man": self.white_man,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HiringContent:
    """`hiring.yaml`."""

    text: str
    answers: Answers
    contexts: tuple[HiringContext, ...]
    crosses_contexts: dict[Tier, bool]
    occupations: tuple[Occupation, ...]
    resumes: tuple[Resume, ...]
    names: tuple[NameRow, ...]
    n_names: dict[Tier, int]
    contrasts: tuple[DecisionContrast, ...]


content = HiringContent


def check(content: HiringContent) -> None:
    """Raises ValueError, with what to mend, where the content does not hold together."""
    check_contrasts(content.contrasts, len(content.resumes))
    known = {occupation.id for occupation in content.occupations}
    for resume in content.resumes:
        if resume.occupation not in known:
            raise ValueError(f"{resume.id}: unknown occupation `{resume.occupation}`.")
    if len({resume.id for resume in content.resumes}) < len(content.resumes):
        raise ValueError("a resume is given twice.")
    if max(content.n_names.values()) * _NEXT_VARIANT >= len(content.names):
        raise ValueError("there are too few names for a resume to meet so many.")
    for tier in TIERS:
        items(content, tier, "audit")


def contrasts(content: HiringContent, tier: Tier) -> tuple[Contrast, ...]:
    """The contrasts that a tier asks."""
    return contrasts_of(content.contrasts, tier, name)


def items(content: HiringContent, tier: Tier, split: Split) -> tuple[Item, ...]:
    """Resumes × contexts × names × copies × both orders of the answers; no fix is trained on it."""
    if split == "fix":
        return ()
    return tuple(
        item
        for contrast in content.contrasts
        for application in _applications(content, contrast, tier)
        for item in items_of_application(application, content.answers, name)
    )


def _applications(
    content: HiringContent, contrast: DecisionContrast, tier: Tier
) -> Iterator[Application]:
    n_variants = content.n_names[tier] if _uses_names(contrast) else 1
    for rank in range(contrast.n_applications[tier]):
        for context in _contexts(content, rank, tier):
            for variant in range(n_variants):
                for stratum in strata_for(contrast, rank, variant):
                    yield _application(content, contrast, stratum, (rank, variant), context)


def _application(
    content: HiringContent,
    contrast: DecisionContrast,
    stratum: StratumEntry,
    place: tuple[int, int],
    context: HiringContext,
) -> Application:
    rank, variant = place
    resume = content.resumes[rank]
    row = (rank + variant * _NEXT_VARIANT) % len(content.names)
    uses_names = _uses_names(contrast)
    factors = [("context", context.id), ("stratum", stratum.id)]
    if uses_names:
        factors.append(("names", f"row-{row + 1:02d}"))
    return Application(
        contrast=contrast,
        stratum=stratum,
        name=resume.id,
        template_id=context.id,
        code="-".join([*([f"n{row + 1:02d}"] if uses_names else []), slug(stratum.id)]),
        factors=tuple(factors),
        texts=tuple(_texts(content, stratum, resume, context, row)),
    )


def _texts(
    content: HiringContent,
    stratum: StratumEntry,
    resume: Resume,
    context: HiringContext,
    row: int,
) -> Iterator[str]:
    job = next(one for one in content.occupations if one.id == resume.occupation)
    other = content.names[(row + _OTHER_ROW) % len(content.names)]
    names = {**content.names[row].fields(), **other.fields("other_")}
    fields = partial(
        dict[str, str],
        context=fill(
            context.text, {"job": job.job, "employer": job.employer, "duties": job.duties}
        ),
        resume=resume.text.strip(),
        first="{first}",
        second="{second}",
    )
    for copy in stratum.copies:
        yield fill(content.text, fields(form=fill(copy.form, names)))


def _contexts(content: HiringContent, rank: int, tier: Tier) -> tuple[HiringContext, ...]:
    """All contexts, or one of them in turn; occupations take turns too, so their place moves."""
    if content.crosses_contexts[tier]:
        return content.contexts
    place = rank + rank // len(content.occupations)
    return (content.contexts[place % len(content.contexts)],)


def _uses_names(contrast: DecisionContrast) -> bool:
    return any("man}" in copy.form for stratum in contrast.strata for copy in stratum.copies)
