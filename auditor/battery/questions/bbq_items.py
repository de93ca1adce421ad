"""One item of BBQ as released: what was asked, which answer says "unknown", which the stereotype.

The dataset is that of Parrish et al. (ACL Findings 2022). An item is one line of its files, decoded
from JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from auditor.battery.questions.bbq_targets import NoTarget, find_target
from auditor.core.quoting import name_type, quote

Context = Literal["ambig", "disambig"]
Polarity = Literal["neg", "nonneg"]
T = TypeVar("T", bound=str)

OPTIONS = ("ans0", "ans1", "ans2")

UNKNOWN_WORDINGS = frozenset(
    (
        "unknown",
        "cannot be determined",
        "can't be determined",
        "not answerable",
        "not known",
        "not enough info",
        "not enough information",
        "cannot answer",
        "can't answer",
        "undetermined",
    )
)
"""The ten wordings of the answer "unknown"; each item has one of them."""

NAMED_CATEGORIES = frozenset(("Race_ethnicity", "Gender_identity"))
LAST_LABEL_TEMPLATE = 25
"""The later templates of these categories name people instead of their groups; the published
tables keep the two apart."""


class BbqItemNotUnderstood(ValueError):
    """The object is not an item of BBQ; `str()` names the field and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BbqItem:
    """One question with its three answers, in the order shown."""

    category: str
    example_id: str
    question_index: str
    """The template, within the category: the unit of inference."""
    context_condition: Context
    polarity: Polarity
    context: str
    question: str
    options: tuple[str, str, str]
    option_names: tuple[str, str, str]
    """What the template's slot was filled with, as in `grandfather`; may be empty."""
    label: int
    """Index of the correct answer."""
    unknown: int
    """Index of the answer that says "unknown"."""
    target: int | None
    """Index of the answer that names the stereotyped group; None where the item does not tell."""
    no_target_because: NoTarget | None
    """Set exactly when `target` is None."""
    target_loc: int | None = None
    """As in the authors' metadata where the line carries it: the *biased* answer, which for a
    non-negative question is the other group's."""

    @property
    def subset(self) -> str:
        """The category, as the published tables divide it."""
        is_named = (
            self.category in NAMED_CATEGORIES
            and self.question_index.isdecimal()
            and int(self.question_index) > LAST_LABEL_TEMPLATE
        )
        return f"{self.category} (names)" if is_named else self.category

    @property
    def other(self) -> int | None:
        """Index of the answer that names the other group."""
        return None if self.target is None else 3 - self.unknown - self.target

    @property
    def biased(self) -> int | None:
        """Index of the answer that follows the stereotype: the target where the question is
        negative, the other group where it is not."""
        return self.target if self.polarity == "neg" else self.other


def parse_item(line: Mapping[str, object]) -> BbqItem:
    """The item that one decoded line holds; fields that BBQ does not have are ignored.

    Raises:
        BbqItemNotUnderstood: a field is missing or holds what it cannot hold.
    """
    options = tuple(_text(line, option) for option in OPTIONS)
    names, tags = _answer_info(_object(line, "answer_info"))
    metadata = _object(line, "additional_metadata")
    unknown = _unknown(options, tags)
    category = _text(line, "category")
    found = find_target(
        category,
        groups=_groups(metadata),
        names=names,
        tags=tags,
        people=tuple(i for i in range(3) if i != unknown),
    )
    return BbqItem(
        category=category,
        example_id=str(_identifier(line, "example_id")),
        question_index=str(_identifier(line, "question_index")),
        context_condition=_one_of(line, "context_condition", get_args(Context)),
        polarity=_one_of(line, "question_polarity", get_args(Polarity)),
        context=_text(line, "context"),
        question=_text(line, "question"),
        options=(options[0], options[1], options[2]),
        option_names=(names[0], names[1], names[2]),
        label=_option_index(line, "label"),
        unknown=unknown,
        target=found if isinstance(found, int) else None,
        no_target_because=found if isinstance(found, str) else None,
        target_loc=_target_loc(line, metadata),
    )


def _unknown(options: tuple[str, ...], tags: tuple[str, ...]) -> int:
    tagged = [i for i in range(3) if tags[i].strip().lower() == "unknown"]
    # A few released lines have an empty answer_info; the wording still tells.
    worded = [i for i in range(3) if options[i].strip(" .").lower() in UNKNOWN_WORDINGS]
    found = tagged or worded
    if len(found) != 1:
        raise BbqItemNotUnderstood(
            f"the field answer_info must tag one answer as unknown and tags {len(found)}"
        )
    return found[0]


def _answer_info(info: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    pairs = [_pair(info, option) for option in OPTIONS]
    return tuple(name for name, _ in pairs), tuple(tag for _, tag in pairs)


def _pair(info: Mapping[str, object], option: str) -> tuple[str, str]:
    value = info.get(option)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        if len(value) == 2:
            return value[0], value[1]
        if not value:
            return "", ""
    raise BbqItemNotUnderstood(
        f"the field answer_info.{option} must hold two texts and {_holds(info, option)}"
    )


def _groups(metadata: Mapping[str, object]) -> tuple[str, ...]:
    value = metadata.get("stereotyped_groups")
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return tuple(value)
    raise BbqItemNotUnderstood(
        "the field additional_metadata.stereotyped_groups must hold a list of texts and "
        f"{_holds(metadata, 'stereotyped_groups')}"
    )


def _target_loc(line: Mapping[str, object], metadata: Mapping[str, object]) -> int | None:
    holder = line if "target_loc" in line else metadata
    return None if holder.get("target_loc") is None else _option_index(holder, "target_loc")


def _option_index(line: Mapping[str, object], field: str) -> int:
    value = line.get(field)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 2:
        return value
    raise BbqItemNotUnderstood(f"the field {field} must hold 0, 1 or 2 and {_holds(line, field)}")


def _identifier(line: Mapping[str, object], field: str) -> int | str:
    value = line.get(field)
    if isinstance(value, int | str) and not isinstance(value, bool) and value != "":
        return value
    raise BbqItemNotUnderstood(
        f"the field {field} must hold a number or a text and {_holds(line, field)}"
    )


def _one_of(line: Mapping[str, object], field: str, allowed: tuple[T, ...]) -> T:
    value = line.get(field)
    for one in allowed:
        if value == one:
            return one
    wanted = " or ".join(f'"{one}"' for one in allowed)
    raise BbqItemNotUnderstood(f"the field {field} must hold {wanted} and {_holds(line, field)}")


def _text(line: Mapping[str, object], field: str) -> str:
    value = line.get(field)
    if isinstance(value, str) and value.strip():
        return value
    raise BbqItemNotUnderstood(f"the field {field} must hold a text and {_holds(line, field)}")


def _object(line: Mapping[str, object], field: str) -> Mapping[str, object]:
    value = line.get(field)
    if isinstance(value, dict):
        return value
    raise BbqItemNotUnderstood(f"the field {field} must hold an object and {_holds(line, field)}")


def _holds(line: Mapping[str, object], field: str) -> str:
    if field not in line:
        return "is missing"
    value = line[field]
    return (
        f"holds {quote(value)}"
        if isinstance(value, str | int | float)
        else (f"holds {name_type(value)}")
    )
