"""Responses become scores; responses scored twice become the numerical noise of the run."""

from collections.abc import Iterable, Sequence

import numpy as np

from auditor.battery import INSTRUMENTS
from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.responses import Response, Score


def score_responses(battery: Battery, responses: Iterable[Response]) -> tuple[Score, ...]:
    """What each audit response counts for, in the order of the responses."""
    items = {item.item_id: item for item in battery.items}
    return tuple(
        INSTRUMENTS[items[response.item_id].instrument].score(items[response.item_id], response)
        for response in responses
        if response.purpose == "audit" and response.mode != "reasoning"
    )


def numerical_noise(battery: Battery, responses: Iterable[Response]) -> tuple[NumericalNoise, ...]:
    """How far the values of the items that were scored twice lie apart, by instrument.

    llama.cpp quantises activations and bfloat16 rounds, so the same prompt scored in another
    batch gives another number: a part of the error that no resampling of stimuli shows.
    """
    items = {item.item_id: item for item in battery.items}
    values: dict[str, dict[str, float]] = {"audit": {}, "noise": {}}
    for response in responses:
        if response.mode == "log-likelihood":
            item = items[response.item_id]
            score = INSTRUMENTS[item.instrument].score(item, response)
            if score.value is not None:
                values[response.purpose][response.item_id] = score.value
    differences: dict[str, list[float]] = {}
    for item_id, value in values["noise"].items():
        if item_id in values["audit"]:
            instrument = items[item_id].instrument
            differences.setdefault(instrument, []).append(value - values["audit"][item_id])
    pooled = _root_mean_square([value for kept in differences.values() for value in kept])
    return tuple(
        NumericalNoise(
            instrument=instrument,
            n=len(kept),
            # A handful of items can be lucky; no instrument is taken to be quieter than all are.
            standard_deviation=max(_root_mean_square(kept), pooled),
            largest=float(np.max(np.abs(kept))),
        )
        for instrument, kept in sorted(differences.items())
    )


def _root_mean_square(values: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values)))) if values else 0.0
