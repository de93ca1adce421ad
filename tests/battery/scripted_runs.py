"""A standalone instrument asked of a rule: from its shipped file to scores, measures, verdicts."""

from collections.abc import Callable, Sequence
from typing import Any

from auditor.core.instrument import Battery, StandaloneInstrument
from auditor.core.items import Item, Tier
from auditor.core.judging import judge
from auditor.core.measures import Measure
from auditor.core.policy import Criterion, Policy, Verdict
from auditor.core.responses import Response, Score
from auditor.errors import BatteryInvalid
from auditor.prompt_library.documents import read_document
from auditor.resources import data_root

Likelihoods = Callable[[Item], Sequence[float]]
Writes = Callable[[Item], str]


_CONTENTS: dict[str, Any] = {}
_BATTERIES: dict[tuple[str, Tier], Battery] = {}
"""By the instrument's name: instruments are not all hashable."""


def shipped(instrument: Any) -> Any:
    """The content of the instrument's own file."""
    name = f"{instrument.name}.yaml"
    if name not in _CONTENTS:
        data = data_root().joinpath("prompts", "instruments", name).read_bytes()
        _CONTENTS[name] = read_document(data, instrument.content, name, BatteryInvalid)
    return _CONTENTS[name]


def battery_of(instrument: Any, tier: Tier) -> Battery:
    key = (instrument.name, tier)
    if key not in _BATTERIES:
        content = shipped(instrument)
        _BATTERIES[key] = Battery(
            version="test",
            sha256="00",
            tier=tier,
            contrasts=instrument.contrasts(content, tier),
            stimuli=(),
            items=instrument.items(content, tier, "audit"),
        )
    return _BATTERIES[key]


def ask(
    instrument: StandaloneInstrument,
    items: Sequence[Item],
    likelihoods: Likelihoods,
    writes: Writes,
) -> tuple[Score, ...]:
    """What a model that answers by these rules scores."""
    scores: list[Score] = []
    for item in items:
        for prompt in instrument.prompts(item):
            is_scored = prompt.mode == "log-likelihood"
            response = Response(
                prompt_id=prompt.prompt_id,
                item_id=item.item_id,
                mode=prompt.mode,
                purpose="audit",
                batch=0,
                log_likelihoods=tuple(map(float, likelihoods(item))) if is_scored else None,
                text=None if is_scored else writes(item),
            )
            scores.append(instrument.score(item, response))
    return tuple(scores)


def measured(
    instrument: StandaloneInstrument, battery: Battery, scores: Sequence[Score]
) -> dict[str, Measure]:
    return {m.measure_id: m for m in instrument.measures(battery, scores, None)}


def verdicts(
    measures: dict[str, Measure], instrument: str, contrasts: Sequence[str], *, limit: float = 0.1
) -> dict[str, Verdict]:
    """Of the score and of the text score of some contrasts, by measure id."""
    criteria = tuple(
        Criterion(
            id=f"{instrument}.{kind}/{contrast}",
            measure=f"{instrument}.{kind}",
            contrast=contrast,
            limit=limit,
        )
        for kind in ("score", "text-score")
        for contrast in contrasts
    )
    policy = Policy(name="p", version="1", owner="o", description="d", criteria=criteria)
    return {f.measure_id: f.verdict for f in judge(list(measures.values()), policy)}
