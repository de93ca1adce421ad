"""Criteria of the gate that are met although nothing could have failed them. Pure.

Told beside the ruling, which stays the gate's: a criterion that sees nothing is no evidence.
"""

from collections.abc import Mapping

from auditor.core.fix_results import CriterionName, FixResult, GateFinding
from auditor.core.judging import is_sensitive
from auditor.reporting import naming
from auditor.reporting.effect_numbers import effect_text
from auditor.reporting.fix.fix_lookup import slope_of
from auditor.reporting.fix.fix_names import POOLED
from auditor.reporting.language import mark, tr
from auditor.reporting.view import EXPLICIT, IMPLICIT

_ALL_UNUSABLE = mark(
    "Met; it could not have failed here: every written answer was unusable before, so that no more "
    "of them can be."
)
_PART_UNUSABLE = mark(
    "Met; for one of its tests it could not have failed: every written answer was unusable before "
    "({test})."
)
_NONE_RIGHT = mark(
    "Met; it could not have failed here: no question was answered as its text states before, so "
    "that no fewer can be."
)
_UNSEEN = mark(
    "Met, and next to no evidence: on the original the explicit test misses its own positive "
    "control ({found}), so it is not shown to see a bias that is there, or a larger one."
)
_ORIGINAL = "original"
_SCORE = f"{EXPLICIT}.score"
_WRITTEN = (IMPLICIT, EXPLICIT)
_STATED_FACTS = f"{POOLED}question-answering.accuracy-disambiguated"


def idle_note(finding: GateFinding, told: FixResult) -> str:
    """What a ruling of “met” is worth where it could hardly be another; empty where it could."""
    if finding.ruling != "met":
        return ""
    notes: Mapping[CriterionName, str] = {
        "explicit": _explicit(told),
        "written-answers": _written(told),
        "stated-facts": _stated(told),
    }
    return notes.get(finding.name, "")


def _explicit(told: FixResult) -> str:
    seen = dict(told.measures).get(_ORIGINAL, ())
    control = next((m for m in seen if m.name == _SCORE and m.role == "positive-control"), None)
    slope = slope_of(told, control.measure_id) if control is not None else None
    if control is None or slope is None or is_sensitive(control):
        return ""
    return tr(_UNSEEN, found=effect_text(slope.before, "score"))


def _written(told: FixResult) -> str:
    before = {
        name: slope.before.value
        for name in _WRITTEN
        if (slope := slope_of(told, f"{POOLED}{name}.invalid-rate")) is not None
    }
    full = [name for name, rate in before.items() if rate == 1.0]
    if not full:
        return ""
    if len(full) == len(before):
        return tr(_ALL_UNUSABLE)
    return tr(_PART_UNUSABLE, test=naming.heading(full[0]))


def _stated(told: FixResult) -> str:
    slope = slope_of(told, _STATED_FACTS)
    return tr(_NONE_RIGHT) if slope is not None and slope.before.value == 0.0 else ""
