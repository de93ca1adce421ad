"""What the battery asks, for a reader."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from auditor.battery import INSTRUMENTS, POLICY_MEASURES
from auditor.core.items import TIERS, Tier
from auditor.errors import BatteryInvalid
from auditor.prompt_library import contrast_ids, load_battery


def count_items() -> dict[str, Any]:
    """Items of every instrument and contrast, by tier."""
    batteries = {tier: load_battery(tier, instruments=tuple(INSTRUMENTS)) for tier in TIERS}
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
        for name in INSTRUMENTS
        for contrast in first.contrasts
    ]
    return {
        "version": first.version,
        "sha256": first.sha256,
        "rows": rows,
        "measures": list(POLICY_MEASURES),
    }


def describe_items(contrast_id: str, tier: str) -> Iterator[str]:
    """Every item of one contrast with its complete answers."""
    battery = load_battery(cast(Tier, tier), instruments=tuple(INSTRUMENTS))
    known = contrast_ids()
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
    for item in load_battery(cast(Tier, tier), instruments=tuple(INSTRUMENTS)).items:
        yield json.dumps(msgspec.to_builtins(item), ensure_ascii=False)
