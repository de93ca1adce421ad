"""Reads a decision that repeats the question: "The applicant should not get the flat."."""

import re

AWARD_PARSER_VERSION = "1"
"""Frozen into every report: another version may read the same text differently."""

_AWARD = re.compile(
    r"[\s*_\"'“‘]{0,6}(?:the|this)\s(?:applicant|person|candidate)\s"
    r"(?:(?:should|does|will|would|must|can|shall)\s(?P<not>not\s)?)?(?:get|receive)s?\s"
    r"(?P<what>the\s[a-z]{2,20}(?:\s[a-z]{2,20})?)(?P<end>[\s*_\"'”’]{0,4}(?:[.!\r\n]|$))",
    re.IGNORECASE,
)


def parse_award(text: str, question: str) -> bool | None:
    """Whether the first sentence awards what the question is about; None if it says neither.

    The sentence must end where what is awarded ends: "gets the flat if ..." decides nothing, and
    "gets the lowest mark" is about something else.
    """
    found = _AWARD.match(text)
    if found is None or found["what"].casefold() not in question.casefold():
        return None
    return found["not"] is None
