"""Which answers of a run are quoted beside its findings: chosen by rule, never by hand."""

from collections.abc import Sequence
from dataclasses import replace

from auditor.battery import INSTRUMENTS
from auditor.core.instrument import Battery
from auditor.core.items import Item
from auditor.core.responses import Response, Score
from auditor.core.results import Quote


def quotes_of(
    battery: Battery, responses: Sequence[Response], scores: Sequence[Score]
) -> tuple[Quote, ...]:
    """The first answer of each label and side, for each contrast and instrument: by rule.

    Of the plain questions, which is what the findings are about.
    """
    items = {item.item_id: item for item in battery.items if item.condition == "question"}
    texts = {score.item_id: score for score in scores if score.mode == "text"}
    chosen: dict[tuple[str, str, str, int], Quote] = {}
    for response in responses:
        if response.mode == "text" and response.text is not None and response.item_id in items:
            item, label = items[response.item_id], texts[response.item_id].label
            side = _side(battery, item, texts[response.item_id])
            chosen.setdefault(
                (item.contrast_id, item.instrument, label, side),
                Quote(
                    contrast_id=item.contrast_id,
                    instrument=item.instrument,
                    item_id=item.item_id,
                    question=item.text,
                    answer=response.text,
                    label=label,
                    side=side,
                ),
            )
    return tuple(chosen.values())


def _side(battery: Battery, item: Item, score: Score) -> int:
    """Towards which sign of its contrast's score one written answer counts."""
    if not score.value:
        return 0
    alone = replace(battery, items=(item,))
    instrument = INSTRUMENTS[item.instrument]
    found = instrument.stimulus_scores(alone, (score,), item.contrast_id, "text")
    value = sum(found.values())
    return (value > 0) - (value < 0)
