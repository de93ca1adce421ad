"""Scored predictions for BBQ as a person or a program reads them."""

import json
from collections.abc import Iterator

from auditor.battery.questions.bbq_answers import BBQ_ANSWER_VERSION
from auditor.battery.questions.bbq_intervals import RESAMPLES
from auditor.battery.questions.bbq_scores import (
    MIN_CLUSTERS,
    BbqContextScores,
    BbqNumber,
    BbqScores,
    Undefined,
)
from auditor.battery.questions.bbq_targets import NoTarget
from auditor.core.measures import Interval
from auditor.core.quoting import quote_odd
from auditor.workflows.score_bbq import BOOTSTRAP_SEED, BbqTable, ScoredBbq

MIN_ACCURACY = 0.5
"""On disambiguated items; below it a model that guesses would look unbiased."""

_UNITS = {
    "accuracy, share, rate": "0 to 1",
    "s_amb, s_amb_of_all, s_dis, alignment_cost": "-100 to 100",
}

_REASONS: dict[Undefined, str] = {
    "no-items": "no such items",
    "nothing-scored": "no answer matches an option",
    "no-known-answer": "no answer names a group",
}

_NO_TARGET: dict[NoTarget, str] = {
    "no-stereotyped-group": "no stereotyped group is recorded",
    "no-answer-info": "an answer has no group",
    "both-answers": "both answers carry the stereotyped group",
    "neither-answer": "neither answer carries the stereotyped group",
    "two-stereotypes": "each answer carries one of two stereotypes",
}


def bbq_as_json(scored: ScoredBbq) -> str:
    """Every number of every table as one object."""
    content = {
        "format": scored.format,
        "files": list(scored.files),
        "item_files": list(scored.item_files),
        "unanswered_items": dict(scored.unanswered),
        "answer_version": BBQ_ANSWER_VERSION,
        "units": _UNITS,
        "bootstrap": {"resamples": RESAMPLES, "seed": BOOTSTRAP_SEED},
        "tables": [_table_as_json(table) for table in scored.tables],
    }
    return json.dumps(content, indent=2, allow_nan=False)


def bbq_as_table(scored: ScoredBbq) -> str:
    """A table for each file, column and category."""
    blocks = ["\n".join(_table_lines(table)) for table in scored.tables]
    blocks += [
        f"{quote_odd(file)} answers {n} fewer than the items of its categories."
        for file, n in scored.unanswered
        if n
    ]
    n_files = len(scored.files)
    blocks.append(
        f"{n_files} file{'s' if n_files > 1 else ''}; answer reader version {BBQ_ANSWER_VERSION}. "
        "Scores lie from -100 to 100, + with the stereotype. Intervals are 95 %, clustered by "
        "question template; bounds assume nothing about the invalid answers."
    )
    return "\n\n".join(blocks)


def _table_as_json(table: BbqTable) -> dict[str, object]:
    scores = table.scores
    return {
        "file": table.file,
        "column": table.column,
        "subset": table.subset,
        "n": scores.n,
        "n_unscored": scores.n_unscored,
        "invalid_rate": scores.n_unscored / scores.n,
        "n_templates": scores.n_templates,
        "without_target": dict(scores.without_target),
        "target_loc": {"n": scores.n_target_loc, "differs": scores.n_target_loc_differs},
        "ambiguous": _context_as_json(scores.ambiguous),
        "disambiguated": _context_as_json(scores.disambiguated),
        "s_amb": _number_as_json(scores.s_amb, 100),
        "s_amb_of_all": _number_as_json(scores.s_amb_of_all, 100),
        "s_dis": _number_as_json(scores.s_dis, 100),
        "accuracy_aligned": _number_as_json(scores.accuracy_aligned),
        "accuracy_nonaligned": _number_as_json(scores.accuracy_nonaligned),
        "alignment_cost": _number_as_json(scores.alignment_cost, 100),
    }


def _context_as_json(scores: BbqContextScores) -> dict[str, object]:
    return {
        "n": scores.n,
        "n_unscored": scores.n_unscored,
        "n_correct": scores.n_correct,
        "n_unknown": scores.n_unknown,
        "n_known": scores.n_known,
        "n_biased": scores.n_biased,
        "accuracy": _number_as_json(scores.accuracy),
        "accuracy_of_all": _number_as_json(scores.accuracy_of_all),
        "unknown_rate": _number_as_json(scores.unknown_rate),
        "unscored_rate": _number_as_json(scores.unscored_rate),
        "stereotyped_share": _number_as_json(scores.stereotyped_share),
    }


def _number_as_json(number: BbqNumber, scale: int = 1) -> dict[str, object]:
    return {
        "value": None if number.value is None else scale * number.value,
        "undefined_because": number.undefined_because,
        "n": number.n,
        "interval": _ends(number.interval, scale),
        "bounds": _ends(number.bounds, scale),
    }


def _ends(interval: Interval | None, scale: int) -> list[float] | None:
    return None if interval is None else [scale * interval.low, scale * interval.high]


def _table_lines(table: BbqTable) -> Iterator[str]:
    scores = table.scores
    ambiguous, disambiguated = scores.ambiguous, scores.disambiguated
    yield f"{quote_odd(table.file)}: {quote_odd(table.column)}, {quote_odd(table.subset)}"
    yield (
        f"  n = {scores.n}, of these {scores.n_unscored} invalid "
        f"({_percent(scores.n_unscored / scores.n)}); {scores.n_templates} question templates"
    )
    yield f"  {'':<30}{'of':>6}   {'value':<32}bounds"
    for name, context in (("ambiguous", ambiguous), ("disambiguated", disambiguated)):
        yield f"  {name}: n = {context.n}, {context.n_unscored} invalid"
        yield _number_line("accuracy", context.accuracy)
        yield _number_line("accuracy, invalid as wrong", context.accuracy_of_all)
        yield _number_line("unknown", context.unknown_rate)
        yield _number_line("stereotyped among known", context.stereotyped_share)
        if context is ambiguous:
            yield _number_line("s_AMB", scores.s_amb, is_score=True)
            yield _number_line("s_AMB, invalid as wrong", scores.s_amb_of_all, is_score=True)
    yield _number_line("s_DIS", scores.s_dis, is_score=True)
    yield _number_line("accuracy, truth aligned", scores.accuracy_aligned)
    yield _number_line("accuracy, truth not aligned", scores.accuracy_nonaligned)
    yield _number_line("cost of non-alignment", scores.alignment_cost, is_score=True)
    yield from _caveats(scores)


def _caveats(scores: BbqScores) -> Iterator[str]:
    for reason, n in scores.without_target:
        yield (
            f"  {n} items do not tell which answer follows the stereotype "
            f"({_NO_TARGET[reason]}): in the accuracy, not in the bias scores."
        )
    if scores.n_target_loc_differs:
        yield (
            f"  target_loc differs from the answer's groups on {scores.n_target_loc_differs} of "
            f"{scores.n_target_loc} items; the groups are used."
        )
    accuracy = scores.disambiguated.accuracy_of_all.value
    if accuracy is not None and accuracy < MIN_ACCURACY:
        yield (
            "  Below one half right where the answer is given: a model that guesses has bias "
            "scores near 0, so these show no absence of bias."
        )
    if scores.n_templates < MIN_CLUSTERS:
        yield f"  Fewer than {MIN_CLUSTERS} question templates: the intervals are rough."


def _number_line(name: str, number: BbqNumber, *, is_score: bool = False) -> str:
    label = f"    {name:<28}{number.n:>6}   "
    unit = "" if is_score else " %"
    if number.value is None:
        reason = _REASONS[number.undefined_because] if number.undefined_because else "undefined"
        value = f"n/a ({reason})"
    else:
        value = f"{100 * number.value:.1f}{unit}"
    if number.interval is not None:
        value += f" [{100 * number.interval.low:.1f}, {100 * number.interval.high:.1f}]"
    bounds = ""
    if number.bounds is not None:
        bounds = f"{100 * number.bounds.low:.1f} to {100 * number.bounds.high:.1f}{unit}"
    return f"{label}{value:<32}{bounds}".rstrip()


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
