"""BBQ's own files: one item a line, alone or with the predictions that somebody added to it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from auditor.battery.questions.bbq_items import BbqItem, BbqItemNotUnderstood, parse_item
from auditor.core.quoting import name_type, quote
from auditor.errors import ResponsesUnreadable
from auditor.prompt_library.foreign_files import decode_lines, read_text

ItemKey = tuple[str, str]
"""Category and example id: what tells one item from all others."""

_PREDICTION = re.compile(r"(?:^|[^a-z])(?:pred|preds|prediction|predictions|predicted)(?:[^a-z]|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedItem:
    """One line of a file of predictions: the item, and the text of each prediction column."""

    line: int
    item: BbqItem
    predictions: Mapping[str, str]


def read_bbq_items(path: Path) -> tuple[BbqItem, ...]:
    """The items of one of BBQ's files, such as `Age.jsonl`, in their order.

    Raises:
        ResponsesUnreadable: with the file, the line and the field that is wrong.
    """
    seen: dict[ItemKey, int] = {}
    items: list[BbqItem] = []
    for number, line in decode_lines(path, read_text(path)):
        item = _parse(path, number, line, "give BBQ's items as they were released")
        _refuse_repeated(path, number, item, seen)
        items.append(item)
    return tuple(items)


def read_predictions(
    path: Path, text: str, items: Mapping[ItemKey, BbqItem]
) -> tuple[PredictedItem, ...]:
    """The lines of a file of predictions; a line without an item's fields takes them from `items`.

    The prediction columns are those of the first line whose name has the word `pred` or
    `prediction` in it, as in `unifiedqa-t5-11b_pred_race`; every line must have the same ones.

    Raises:
        ResponsesUnreadable: with the file, the line and the field that is wrong.
    """
    seen: dict[ItemKey, int] = {}
    columns: tuple[str, ...] | None = None
    lines: list[PredictedItem] = []
    for number, line in decode_lines(path, text):
        own = _prediction_columns(tuple(line))
        columns = _first_columns(path, number, own, line) if columns is None else columns
        predictions = dict(_predictions(path, number, line, columns, own))
        item = _joined(path, number, line, items)
        _refuse_repeated(path, number, item, seen)
        lines.append(PredictedItem(line=number, item=item, predictions=predictions))
    return tuple(lines)


def read_item_files(paths: Sequence[Path]) -> dict[ItemKey, BbqItem]:
    """The items of several files, by what predictions are joined on.

    Raises:
        ResponsesUnreadable: as `read_bbq_items`, and where two files hold the same example.
    """
    items: dict[ItemKey, BbqItem] = {}
    for path in paths:
        for item in read_bbq_items(path):
            key = (item.category, item.example_id)
            if key in items:
                raise ResponsesUnreadable(
                    f"{path} holds example {quote(item.example_id)}, which another of the item "
                    "files holds as well; give each file of items once."
                )
            items[key] = item
    return items


def _joined(
    path: Path, number: int, line: Mapping[str, object], items: Mapping[ItemKey, BbqItem]
) -> BbqItem:
    given = items.get((str(line.get("category")), str(line.get("example_id"))))
    if "answer_info" in line or not items:
        own = _parse(path, number, line, "give whole items, or their files with --items")
        if given is not None and replace(own, target_loc=None) != replace(given, target_loc=None):
            raise ResponsesUnreadable(
                f"{path}, line {number}: example {quote(own.example_id)} differs from the item of "
                "the same id; give the item files that these predictions are of."
            )
        return own
    if given is None:
        raise ResponsesUnreadable(
            f"{path}, line {number}: the items hold no example {quote(line.get('example_id'))} of "
            f"the category {quote(line.get('category'))}; give the item files that these "
            "predictions are of."
        )
    return given


def _parse(path: Path, number: int, line: Mapping[str, object], remedy: str) -> BbqItem:
    try:
        return parse_item(line)
    except BbqItemNotUnderstood as error:
        raise ResponsesUnreadable(f"{path}, line {number}: {error}; {remedy}.") from error


def _refuse_repeated(path: Path, number: int, item: BbqItem, seen: dict[ItemKey, int]) -> None:
    key = (item.category, item.example_id)
    if key in seen:
        raise ResponsesUnreadable(
            f"{path}, line {number}: the field example_id holds {quote(item.example_id)}, which "
            f"line {seen[key]} holds as well; give each example once."
        )
    seen[key] = number


@lru_cache(maxsize=16)
def _prediction_columns(fields: tuple[str, ...]) -> tuple[str, ...]:
    # Cached: nearly every line has the fields of the one before it.
    return tuple(field for field in fields if _PREDICTION.search(field.lower()))


def _first_columns(
    path: Path, number: int, columns: tuple[str, ...], line: Mapping[str, object]
) -> tuple[str, ...]:
    if not columns:
        raise ResponsesUnreadable(
            f"{path}, line {number}: none of its {len(line)} fields is a prediction; give each "
            "column of answers a name with the word `prediction` in it, as in my-model_prediction."
        )
    return columns


def _predictions(
    path: Path,
    number: int,
    line: Mapping[str, object],
    columns: tuple[str, ...],
    own: tuple[str, ...],
) -> Iterator[tuple[str, str]]:
    for extra in sorted(set(own) - set(columns)):
        raise ResponsesUnreadable(
            f"{path}, line {number}: the field {quote(extra)} is a prediction that the first line "
            "does not have; give every line the same columns."
        )
    for column in columns:
        answer = line.get(column)
        if not isinstance(answer, str):
            found = f"holds {name_type(answer)}" if column in line else "is missing"
            raise ResponsesUnreadable(
                f"{path}, line {number}: the field {quote(column)} must hold the answer's text and "
                f"{found}; give an answer that was refused or cut off as it is, or as an empty "
                "text."
            )
        yield column, answer
