"""Sentences on what an adapter changes, whole, one for each case. Pure."""

from collections.abc import Mapping

from auditor.reporting.language import mark

QUANTITIES: Mapping[str, str] = {
    "score": mark("score by likelihood"),
    "unfavourable": mark("unfavourable answers"),
    "unusable": mark("unusable answers"),
    "refusal": mark("refusals"),
}
FACETS: Mapping[str, str] = {
    "traits": mark("Traits"),
    "occupation": mark("Occupation"),
    "help": mark("Help"),
    "surprisal": mark("Surprisal"),
}
"""What speakers are judged by."""

NOT_ASKED = mark(
    "What was audited is the model with the adapter. What the adapter changes is not known: none "
    "of the tests that are asked with and without an adapter was part of this run."
)
UNFINISHED = mark(
    "What was audited is the model with the adapter. What the adapter changes is not known: the "
    "questions without the adapter were not asked to their end; the command that began the run "
    "goes on with them."
)
DESIGN = mark(
    "What was audited is the model with the adapter. The questions on dialects and on hiring were "
    "put to the same open model once more, in the same batches, with the adapter’s strength set to "
    "zero: nothing but the adapter lies between the two sets of answers."
)
METHOD = mark(
    "A change is what the dialect differs by from the standard with the adapter, minus the same "
    "without it, paired by sentence: what the adapter does to both alike cancels out."
)
DIRECTIONS: Mapping[tuple[str, bool], str] = {
    ("score", True): mark(
        "By likelihood the dialect is judged worse with the adapter, against the standard, than "
        "without it"
    ),
    ("score", False): mark(
        "By likelihood the dialect is judged better with the adapter, against the standard, than "
        "without it"
    ),
    ("unfavourable", True): mark(
        "With the adapter there are more unfavourable answers to the dialect, against the "
        "standard, than without it"
    ),
    ("unfavourable", False): mark(
        "With the adapter there are fewer unfavourable answers to the dialect, against the "
        "standard, than without it"
    ),
    ("unusable", True): mark(
        "With the adapter there are more unusable answers to the dialect, against the standard, "
        "than without it"
    ),
    ("unusable", False): mark(
        "With the adapter there are fewer unusable answers to the dialect, against the standard, "
        "than without it"
    ),
    ("refusal", True): mark(
        "With the adapter there are more refusals to the dialect, against the standard, than "
        "without it"
    ),
    ("refusal", False): mark(
        "With the adapter there are fewer refusals to the dialect, against the standard, than "
        "without it"
    ),
}
"""By quantity, and whether it rises."""
MISSED: Mapping[tuple[bool, bool], str] = {
    (True, False): mark(
        "The positive control was not detected without the adapter: the test does not see what "
        "every reader sees, so an absence of a change shows nothing here."
    ),
    (False, True): mark(
        "The positive control was not detected with the adapter: the test does not see what every "
        "reader sees, so an absence of a change shows nothing here."
    ),
    (True, True): mark(
        "The positive control was not detected without the adapter and with the adapter: the test "
        "does not see what every reader sees, so an absence of a change shows nothing here."
    ),
}
"""By whether it was missed without the adapter, and with it."""
HIRED: Mapping[int, str] = {
    1: mark("The adapter moves the hiring score to the disadvantage of {groups}."),
    -1: mark("The adapter moves the hiring score in favour of {groups}."),
}
