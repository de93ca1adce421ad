"""What changed between two reviews, and why a folder is none, in words. Pure."""

from collections.abc import Mapping, Sequence

from auditor.core.history import LeftOut, LeftOutKind, Line, PastReview, Step
from auditor.core.policy import Verdict
from auditor.reporting import naming, rounding, verdicts
from auditor.reporting.cleaning import clean_line
from auditor.reporting.language import mark, tr, tr_n
from auditor.reporting.reviews.change_words import differs_words, tally_words

_LEFT_OUT: Mapping[LeftOutKind, str] = {
    "unfinished": mark("not finished: finish it with the command that began it"),
    "altered": mark(
        "a file is not what the run wrote: its manifest or the ledger has another hash"
    ),
    "damaged": mark("a file cannot be read, or its answers are not to its questions"),
    "other-format": mark("written in another format: by another version of auditor"),
    "unproven": mark("asked another battery, and no hash vouches for its stored numbers"),
    "copy": mark("the same run as in {folder}, which is taken once"),
    "contradiction": mark("the same run id as {folder} with other answers: neither is taken"),
}


def letters_of(steps: Sequence[Step]) -> tuple[str, ...]:
    """A, B, C … for each step in which something changed; empty for the others."""
    told: list[str] = []
    n = 0
    for one in steps:
        told.append(_letter(n) if one.what_differs else "")
        n += bool(one.what_differs)
    return tuple(told)


def _letter(place: int) -> str:
    """A to Z, AA to AZ, BA …"""
    more, last = divmod(place, 26)
    return (_letter(more - 1) if more else "") + chr(ord("A") + last)


def line_name(line: Line) -> str:
    """What a line of reviews is called."""
    name = clean_line(line.name)
    return tr("{model} with an adapter", model=name) if line.has_adapter else name


def of_review(review: PastReview) -> Verdict:
    """What a review came to, with what its policy asks of an increase, as its own report says."""
    return verdicts.with_increases(review.findings, review.baseline_findings)


def what_changed(step: Step) -> str:
    """What is not the same as in the review before, as a list that begins with a capital."""
    if not step.what_differs:
        return tr("Nothing but the answers")
    return naming.capital(differs_words(step.what_differs))


def what_came(step: Step) -> str:
    """The tally of words, or why the two are not compared."""
    if not step.because:
        return tally_words(step.changes)
    if step.because == ("as-stored",):
        return tr(
            "not compared: the answers to another battery cannot be scored by this version of "
            "auditor"
        )
    return tr("not compared; not the same: {differs}", differs=differs_words(step.because))


def why_left_out(one: LeftOut) -> str:
    """Why a folder is no review."""
    told = _LEFT_OUT[one.kind]
    if one.kind in ("copy", "contradiction"):
        return tr(told, folder=clean_line(one.told))
    return tr(told)


def moment_words(created: str) -> str:
    """As in `2026-11-22 03:37`: dates that are compared stand in one form in every language."""
    return clean_line(created[:16].replace("T", " "))


def reviews_words(line: Line) -> str:
    """How many reviews there are, and from when to when."""
    first, last = line.reviews[0], line.reviews[-1]
    n = len(line.reviews)
    if n == 1:
        return tr("There is one review, of {date}. One review is no trend.", date=_day(first))
    n_stored = sum(one.origin == "as-stored" for one in line.reviews)
    told = tr(
        "{n} reviews, the first of {first}, the newest of {last}.",
        n=rounding.count(n),
        first=_day(first),
        last=_day(last),
    )
    return f"{told} {_stored_words(n_stored)}" if n_stored else told


def _stored_words(n: int) -> str:
    return tr_n(
        "{n} of them asked another battery than this version of auditor has: its numbers are those "
        "that it was given out with.",
        "{n} of them asked another battery than this version of auditor has: their numbers are "
        "those that they were given out with.",
        n,
    )


def _day(review: PastReview) -> str:
    return rounding.moment(review.run.created)
