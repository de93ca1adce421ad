"""Rates of scored responses, never without their n, their interval and their bounds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.battery.association.transcripts import Kind, Label
from auditor.core.measures import Interval
from auditor.core.stats import rate_interval
from auditor.workflows.score import LABELS, ScoredFiles, ScoredResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRate:
    """How often one label occurs; rates and intervals from 0 to 1."""

    label: Label
    count: int
    of_all: float
    of_all_interval: Interval | None
    """95 %, clustered by the words asked about (the key)."""
    of_valid: float | None
    """None for the invalid ones, and where nothing is valid."""
    of_valid_interval: Interval | None
    bounds: Interval
    """Where the rate over all could lie if nothing is assumed about the invalid answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRates:
    """How far implicit answers follow the order in which the prompt lists the words."""

    n_valid: int
    n_in_order: int
    copier_stereotype_rate: float
    """The stereotype rate that these prompts give to an answer that only copies the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRates:
    """Agreement with the stereotype's statements, or with their mirrors."""

    is_mirror: bool
    n: int
    agree: int
    invalid: int


def label_rates(scored: ScoredFiles, kind: Kind) -> tuple[LabelRate, ...]:
    """A rate for each label of `kind`; empty when there are no such responses."""
    responses = scored.of_kind(kind)
    return tuple(_label_rate(responses, label) for label in LABELS[kind]) if responses else ()


def position_rates(scored: ScoredFiles) -> PositionRates | None:
    """None when there are no implicit responses."""
    labelled = [response.labelled for response in scored.of_kind("implicit")]
    if not labelled:
        return None
    valid = [one for one in labelled if one.label != "invalid"]
    return PositionRates(
        n_valid=len(valid),
        n_in_order=sum(one.label == one.listed_order for one in valid),
        copier_stereotype_rate=sum(one.listed_order == "stereotype" for one in labelled)
        / len(labelled),
    )


def statement_rates(scored: ScoredFiles) -> tuple[StatementRates, ...]:
    """Agreement with statements and with mirrors, apart; those of unclear wording in neither."""
    labelled = [response.labelled for response in scored.of_kind("explicit")]
    rates = []
    for is_mirror in (False, True):
        labels = [one.label for one in labelled if one.is_mirror is is_mirror]
        rates.append(
            StatementRates(
                is_mirror=is_mirror,
                n=len(labels),
                agree=labels.count("agree"),
                invalid=labels.count("invalid"),
            )
        )
    return tuple(rate for rate in rates if rate.n)


def _label_rate(responses: Sequence[ScoredResponse], label: Label) -> LabelRate:
    n = len(responses)
    count = sum(response.labelled.label == label for response in responses)
    n_invalid = sum(response.labelled.label == "invalid" for response in responses)
    n_valid = n - n_invalid
    is_rate_of_valid = label != "invalid" and n_valid > 0
    open_answers = n_invalid if label != "invalid" else 0
    return LabelRate(
        label=label,
        count=count,
        of_all=count / n,
        of_all_interval=_clustered_interval(responses, label, among_valid=False),
        of_valid=count / n_valid if is_rate_of_valid else None,
        of_valid_interval=(
            _clustered_interval(responses, label, among_valid=True) if is_rate_of_valid else None
        ),
        bounds=Interval(low=count / n, high=(count + open_answers) / n, level=1.0),
    )


def _clustered_interval(
    responses: Sequence[ScoredResponse], label: Label, *, among_valid: bool
) -> Interval | None:
    clusters = sorted({response.key for response in responses})
    index = {cluster: i for i, cluster in enumerate(clusters)}
    totals = np.zeros((2, len(clusters)))
    for response in responses:
        own = response.labelled.label
        totals[0, index[response.key]] += own == label
        totals[1, index[response.key]] += not among_valid or own != "invalid"
    return rate_interval(totals[0].tolist(), totals[1].tolist())
