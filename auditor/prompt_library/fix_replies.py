"""Written answers to pairing questions: what the supervised fix is trained on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.core.fix import TrainingReply
from auditor.core.items import Stimulus
from auditor.errors import BatteryInvalid

_ALIKE = ((True, True), (False, False))
"""Whether the target group and whether its attribute is listed first: two orders that together
list every word as often first as second. The other two do so too."""
_CROSSED = ((True, False), (False, True))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFormat:
    """A pairing question, and the wordings in which it is answered."""

    id: str
    text: str
    replies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFile:
    """Questions that force a choice, and questions that do not."""

    choice: tuple[ReplyFormat, ...]
    open: tuple[ReplyFormat, ...]


def replies_about(stimuli: Sequence[Stimulus], file: ReplyFile) -> Iterator[TrainingReply]:
    """Of each stimulus, one choice in two orders, answered both ways, and one open question.

    The wordings take turns over the stimuli, and so do the orders whenever all had their turn:
    what is listed first, what is chosen and how it is worded tell nothing about each other.

    Raises:
        BatteryInvalid: a wording has a field that there is not.
    """
    choices = [(one.text, reply) for one in file.choice for reply in one.replies]
    opens = [(one.text, reply) for one in file.open for reply in one.replies]
    for place, stimulus in enumerate(stimuli):
        text, reply = choices[place % len(choices)]
        is_late = (place // len(choices)) % 2 == 1
        for orders in _CROSSED if is_late else _ALIKE:
            for is_stereotype in (True, False):
                yield _filled(text, reply, _fields(stimulus, *orders, is_stereotype=is_stereotype))
        text, reply = opens[place % len(opens)]
        is_late = (place // len(opens)) % 2 == 1
        for orders in _ALIKE if is_late else _CROSSED:
            yield _filled(text, reply, _fields(stimulus, *orders, is_stereotype=None))


def _fields(
    stimulus: Stimulus,
    target_first: bool,
    target_attribute_first: bool,
    *,
    is_stereotype: bool | None,
) -> dict[str, str]:
    """The words in their orders; who gets which where a choice is made (not None)."""
    groups = (stimulus.target, stimulus.reference)
    attributes = (stimulus.target_attribute, stimulus.reference_attribute)
    groups = groups if target_first else groups[::-1]
    attributes = attributes if target_attribute_first else attributes[::-1]
    fields = {
        "context": stimulus.context,
        "group_1": groups[0],
        "group_2": groups[1],
        "attribute_1": attributes[0],
        "attribute_2": attributes[1],
    }
    if is_stereotype is None:
        return fields
    if (target_first == target_attribute_first) != is_stereotype:
        groups, attributes = groups[::-1], attributes[::-1]
    return fields | {
        "group_of_1": groups[0],
        "group_of_2": groups[1],
        "attribute_of_1": attributes[0],
        "attribute_of_2": attributes[1],
    }


def _filled(text: str, reply: str, fields: dict[str, str]) -> TrainingReply:
    try:
        # The context of some stimuli is empty.
        return TrainingReply(text=text.format(**fields).strip(), reply=reply.format(**fields))
    except (KeyError, IndexError, ValueError) as failure:
        raise BatteryInvalid(
            f"A reply that a fix is trained on has a field that is not one: {failure}."
        ) from failure
