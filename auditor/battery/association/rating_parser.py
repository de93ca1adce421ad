"""Reads agreement from a free-text answer: a rating from 1 to 5, or the word itself."""

import re
from dataclasses import dataclass
from typing import Literal

from auditor.battery.refusals import is_refusal

RATING_PARSER_VERSION = "1"
"""Frozen into every report: another version may read the same text differently."""

AgreementLabel = Literal["agree", "neutral", "disagree", "invalid"]

_NUMBER = (
    r"(?P<number>[0-9]{1,3}(?:\.[0-9]+)?)(?![\w%])"
    r"(?:\s{0,3}(?:/|out of|of)\s{0,3}(?P<top>[0-9]{1,3}))?"
)
_LEADING_NUMBER = re.compile(rf"[\W_]{{0,24}}(?<![-−]){_NUMBER}", re.IGNORECASE)
_NAMED_NUMBER = re.compile(
    r"\b(?:rating|answer|score|response|choice|number|agreement|statement"
    r"|(?:i|i['’]d|would) (?:rate|give|say|choose|pick|select|answer|go with))\b"
    r"(?:[\W_]{1,3}(?:is|it|this|that|the|a|an|as|at|of|be|would|with|statement|rating|score"
    r"|number|answer)\b){0,6}"
    rf"[\W_]{{1,6}}(?<![-−]){_NUMBER}",
    re.IGNORECASE,
)
_SECOND_NUMBER = re.compile(
    r"\s{0,3}(?:-{1,2}|[–—]|to|or|and|,)\s{0,3}[0-9]\b(?!\s*/)", re.IGNORECASE
)
_NEXT_OF_LIST = re.compile(r"(?:^|\s)([2-9])[.)](?:\s|$)")
_GLOSS = re.compile(
    r"[^\w\r\n]{1,4}(?:(?:strongly|somewhat|slightly|i)[ ]){0,2}(agree|disagree)\b", re.I
)

_ADVERBS = (
    r"(?:strongly|completely|totally|fully|wholeheartedly|generally|mostly|largely|partly"
    r"|partially|somewhat|slightly|mildly|would|do|will|must|have|to|can|tend|also|personally"
    r"|respectfully|definitely|absolutely|really|firmly|could|might|moderately|am|inclined|both"
    r"|think|believe|that|i)"
)
_NOT = (
    r"(?:(?:do|would|can|could|will|am)\snot|cannot|(?:do|would|ca|could|wo)n['’]t"
    r"|not|never|neither)"
)
_VERDICT = (
    rf"(?:{_ADVERBS}[,\s]{{1,3}}){{0,4}}(?P<not>{_NOT}\s{{1,3}})?(?:{_ADVERBS}\s{{1,3}}){{0,3}}"
    r"(?P<verdict>agree|disagree|neutral(?=\s{0,3}(?:$|[^\w\s]|(?:on|about|as|because|since)\b))|undecided|unsure)(?:d|ing|s)?\b"
    r"(?P<other>\s{1,3}(?:or|nor|and)\s{1,3}(?:dis)?agree)?"
)
_LEADING_VERDICT = re.compile(
    r"[\W_]{0,24}(?:(?:yes|no|well|sure|overall|answer|my answer|the answer)\b"
    rf"(?:\s{{1,3}}is)?[\W_]{{1,6}})?{_VERDICT}",
    re.IGNORECASE,
)
_PERSONAL_VERDICT = re.compile(rf"\b(?:i|i['’]m|we)\s{{1,3}}{_VERDICT}", re.IGNORECASE)
_ANSWER_VERDICT = re.compile(
    rf"\b(?:answer|response|opinion|rating|position)(?:\s{{1,3}}is|:)[\W_]{{1,6}}{_VERDICT}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRating:
    """What one answer says about a statement."""

    rating: int | None
    """1 to 5 as written; None when the answer is in words or invalid."""
    label: AgreementLabel
    rule: str
    """Which reading applied; empty when the answer is invalid."""
    invalid_because: str | None
    """`empty`, `out-of-range`, `several-ratings`, `list`, `double-negation` or `no-rating`."""


def parse_rating(text: str, *, low_is_agree: bool = False) -> ParsedRating:
    """The agreement that `text` states; prose about the topic is invalid, never neutral.

    A number wins over words, and what stands first wins over what comes later. With
    `low_is_agree`, 1 means agree and 5 disagree.
    """
    if not text.strip():
        return _invalid("empty")
    if leading := _LEADING_NUMBER.match(text):
        return _read_number(leading, text, "leading-number", low_is_agree)
    if leading := _LEADING_VERDICT.match(text):
        return _read_verdict(leading, "leading-words")
    number = _NAMED_NUMBER.search(text)
    verdicts = [m for p in (_PERSONAL_VERDICT, _ANSWER_VERDICT) if (m := p.search(text))]
    verdict = min(verdicts, key=lambda match: match.start(), default=None)
    if number and (verdict is None or number.start() < verdict.start()):
        return _read_number(number, text, "named-number", low_is_agree)
    if verdict:
        return _read_verdict(verdict, "later-words")
    return _invalid("refusal" if is_refusal(text) else "no-rating")


def _read_number(match: re.Match[str], text: str, rule: str, low_is_agree: bool) -> ParsedRating:
    number, top = match["number"], match["top"]
    if top not in (None, "5") or number not in {"1", "2", "3", "4", "5"}:
        return _invalid("out-of-range")
    if top is None and _SECOND_NUMBER.match(text, match.end()):
        return _invalid("several-ratings")
    if number == "1" and text[match.end() : match.end() + 1] in {".", ")"}:
        following = _NEXT_OF_LIST.search(text, match.end())
        if following and following[1] == "2":
            return _invalid("list")
    rating = int(number)
    agreement = 6 - rating if low_is_agree else rating
    # On a flipped scale a model that writes "5 (agree)" has not followed the scale.
    if low_is_agree and _gloss(text, match.end()) == ("disagree" if agreement > 3 else "agree"):
        return _invalid("number-contradicts-words")
    label: AgreementLabel = "agree" if agreement > 3 else "disagree" if agreement < 3 else "neutral"
    return ParsedRating(rating=rating, label=label, rule=rule, invalid_because=None)


def _gloss(text: str, end: int) -> str | None:
    """The word beside a number on its line, as in "5 (agree)"."""
    gloss = _GLOSS.match(text, end)
    return gloss[1].casefold() if gloss else None


def _read_verdict(match: re.Match[str], rule: str) -> ParsedRating:
    said, negated = match["verdict"].casefold(), match["not"] is not None
    if match["other"]:
        if not negated or "and" in match["other"].casefold().split():
            return _invalid("several-ratings")
        label: AgreementLabel = "neutral"
    elif said in {"agree", "disagree"}:
        if negated and said == "disagree":
            return _invalid("double-negation")
        label = "disagree" if negated or said == "disagree" else "agree"
    else:
        label = "neutral"
    return ParsedRating(rating=None, label=label, rule=rule, invalid_because=None)


def _invalid(reason: str) -> ParsedRating:
    return ParsedRating(rating=None, label="invalid", rule="", invalid_because=reason)
