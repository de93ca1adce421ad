"""What the battery asks, for a reader."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from auditor.battery import BATTERY_INSTRUMENTS, INSTRUMENTS, POLICY_MEASURES
from auditor.battery.conditions import prompts_of
from auditor.core.instrument import Battery
from auditor.core.items import TIERS, Tier
from auditor.errors import BatteryInvalid
from auditor.prompt_library import askers, load_battery


def count_items() -> dict[str, Any]:
    """Items of every instrument and contrast, by tier; conditions and samples included."""
    batteries = {tier: load_battery(tier) for tier in TIERS}
    counts = {
        tier: Counter((item.instrument, item.contrast_id) for item in battery.items)
        for tier, battery in batteries.items()
    }
    first = batteries[TIERS[-1]]
    rows = [
        {
            "instrument": name,
            "contrast": contrast.contrast_id,
            "role": contrast.role,
            **{tier: counts[tier][name, contrast.contrast_id] for tier in TIERS},
        }
        for name in BATTERY_INSTRUMENTS
        for contrast in first.contrasts
        if name in contrast.instruments
    ]
    return {
        "version": first.version,
        "sha256": first.sha256,
        "rows": rows,
        "measures": list(POLICY_MEASURES),
    }


def describe_instruments() -> Iterator[str]:
    """Every instrument with what it is after, and its counts in each tier."""
    batteries = {tier: load_battery(tier) for tier in TIERS}
    for name in BATTERY_INSTRUMENTS:
        instrument = INSTRUMENTS[name]
        yield f"{name}: {instrument.construct}\n  after {instrument.source}"
        for tier, battery in batteries.items():
            yield f"  {tier:9}{_counts(battery, name)}"
        yield ""


def _counts(battery: Battery, name: str) -> str:
    items = [item for item in battery.items if item.instrument == name]
    n_prompts = sum(len(prompts_of(item, INSTRUMENTS[name])) for item in items)
    # Reasoning is followed by a scored and a written answer.
    n_prompts += 2 * sum(item.reasoning is not None for item in items)
    conditions = Counter(item.condition for item in items)
    return (
        f"{len({i.contrast_id for i in items}):4} contrasts "
        f"{len({i.cluster for i in items}):5} stimuli "
        f"{len({i.template_id for i in items}):4} templates "
        f"{len(items):6} items {n_prompts:6} prompts "
        f"({', '.join(f'{condition} {n}' for condition, n in conditions.items())})"
    )


def describe_items(contrast_id: str, tier: str) -> Iterator[str]:
    """Every item of one contrast with its complete answers."""
    battery = load_battery(cast(Tier, tier))
    known = askers()
    if contrast_id not in known:
        raise BatteryInvalid(
            f"The battery has no contrast {contrast_id!r}. It has: {', '.join(known)}."
        )
    if contrast_id not in {contrast.contrast_id for contrast in battery.contrasts}:
        raise BatteryInvalid(
            f"The tier {tier} does not ask {contrast_id}: name a larger one with --tier."
        )
    contrast = battery.contrast(contrast_id)
    yield f"{contrast.label} ({contrast.role})\n{contrast.note}\n"
    for item in battery.items:
        if item.contrast_id == contrast_id:
            answers = "\n".join(f"  scored: {answer!r}" for answer in item.continuations)
            yield f"[{item.item_id}]\n{item.text}\n{answers}\n"


def export_items(tier: str) -> Iterator[str]:
    """Every item of a tier as one JSON object a line."""
    for item in load_battery(cast(Tier, tier)).items:
        yield json.dumps(msgspec.to_builtins(item), ensure_ascii=False)
