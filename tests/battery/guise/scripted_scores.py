"""Scores of matched guise as a rule gives them, without texts and likelihoods around them."""

from collections.abc import Callable
from functools import cache
from typing import Literal

from auditor.battery.guise.matched_guise import ENGLISH, RUSSIAN
from auditor.core.instrument import Battery
from auditor.core.items import Item, Tier
from auditor.core.responses import Score, unscored
from tests.battery.scripted_runs import shipped

Says = Literal["unfavourable", "favourable", "refusal", "hedged"]
LogOdds = Callable[[Item], float | None]
Answers = Callable[[Item], Says]

BOTH = (ENGLISH, RUSSIAN)


@cache
def guise_battery(tier: Tier) -> Battery:
    """Both languages, but for what asks nothing of a speaker."""
    files = [(one, shipped(one)) for one in BOTH]
    items = (item for one, content in files for item in one.items(content, tier, "audit"))
    return Battery(
        version="1",
        sha256="",
        tier=tier,
        contrasts=tuple(c for one, content in files for c in one.contrasts(content, tier)),
        stimuli=(),
        items=tuple(item for item in items if item.factor("facet") != "surprisal"),
    )


def scores_of(battery: Battery, log_odds: LogOdds, says: Answers) -> tuple[Score, ...]:
    """One score a mode of every item: unfavourable over favourable, and what is written."""
    found: list[Score] = []
    for item in battery.items:
        value = log_odds(item)
        found.append(
            unscored(item.item_id, "log-likelihood", "not-finite")
            if value is None
            else _score(item, "log-likelihood", value)
        )
        if item.max_new_tokens:
            said = says(item)
            found.append(
                _score(item, "text", 1.0 if said == "unfavourable" else -1.0)
                if said in ("unfavourable", "favourable")
                else unscored(item.item_id, "text", said)
            )
    return tuple(found)


def _score(item: Item, mode: Literal["log-likelihood", "text"], value: float) -> Score:
    return Score(
        item_id=item.item_id,
        mode=mode,
        value=value,
        label="unfavourable" if value > 0 else "favourable",
        unscored_because=None,
    )


def is_dialect(item: Item, instrument: str = "") -> bool:
    return item.factor("guise") == "dialect" and item.instrument.endswith(instrument)
