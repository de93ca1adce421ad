"""What contrasts, arms and adapters of a fix are called in print. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.core.fix import Control, FixSettings, LayerGroup, Objective
from auditor.core.fix_evidence import Arm
from auditor.core.items import Contrast
from auditor.reporting import naming
from auditor.reporting.cleaning import clean_line

POOLED = "pooled/"
BY_ORDER = "position-bias/"
"""What a finding names where the listed order began to decide."""
OBJECTIVES: Mapping[Objective, str] = {
    "association-neutrality": "association neutrality",
    "concept-awareness": "concept awareness",
    "supervised": "supervised answers",
}
CONTROLS: Mapping[Control, str] = {
    "neutral": "control on neutral texts",
    "shuffled": "control with shuffled sides",
}
GROUPS: Mapping[LayerGroup, str] = {
    "early": "the early decoder blocks",
    "late": "the late decoder blocks",
    "all": "all decoder blocks",
}
SHORT_ARMS: Mapping[str, str] = {
    "instruction": "told: be fair",
    "neutral-instruction": "told: neutral",
    "chain-of-thought": "told, and reasons",
    "erasure": "concepts erased",
}
"""For the column of a chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixNames:
    """Names of contrasts where they are known; else made from their ids."""

    titles: Mapping[str, str]
    order: tuple[str, ...] = ()
    """Categories in the report's order."""

    def contrast(self, contrast_id: str) -> str:
        """As in `Race: Black people and White people`."""
        if contrast_id in self.titles:
            return self.titles[contrast_id]
        category, _, rest = clean_line(contrast_id).partition(".")
        name = naming.category_name(category)
        return f"{name}: {rest.replace('-', ' ')}" if rest else name

    def of_key(self, key: str) -> str:
        """What a finding names as having decided: a slope, a contrast, an adapter."""
        if key.startswith(POOLED):
            return f"{naming.score_name(key.removeprefix(POOLED))}, pooled"
        if key.startswith(BY_ORDER):
            return "the listed order of the words"
        name, bracket, rest = key.partition("[")
        if bracket:
            return f"“{self.contrast(rest.removesuffix(']'))}”"
        if key in self.titles:
            return f"“{self.titles[key]}”"
        return adapter_name(name) if name else ""

    def place(self, contrast_id: str) -> int:
        """Where a contrast's category stands in the report."""
        category = contrast_id.partition(".")[0]
        return self.order.index(category) if category in self.order else len(self.order)


def names_of(contrasts: Sequence[Contrast], order: Sequence[str] = ()) -> FixNames:
    """Names of the contrasts that a battery has."""
    return FixNames(
        titles={c.contrast_id: naming.contrast_title(c) for c in contrasts}, order=tuple(order)
    )


def adapter_name(name: str) -> str:
    """An adapter or an arm by its name, as in `the fix, seed 1` of `fix-seed-1`."""
    kind, _, rest = name.partition("-")
    for control, words in CONTROLS.items():
        if name in (control, f"control-{control}"):
            return words
    if "seed" in name:
        return f"the fix, {name[name.index('seed') :].replace('-', ' ')}"
    known = {"fix": "the fix", "fixed": "the fix", "original": "the original"}
    return known.get(name, clean_line(f"{kind} {rest}".strip().replace("-", " ")))


def arm_name(arm: Arm, scale: float) -> str:
    """An arm as a row of a table names it."""
    match arm.kind:
        case "original":
            return "original model"
        case "fixed":
            return "the fix"
        case "scaled":
            return f"the fix at {scale:g}"
        case "control":
            return adapter_name(arm.adapter or arm.arm_id)
        case "prompted":
            return naming.CONDITIONS[arm.condition]
        case "erased":
            return "concepts erased (LEACE)"


def settings_name(settings: FixSettings) -> str:
    """As in `LoRA of rank 8, association neutrality`."""
    return f"LoRA, {OBJECTIVES[settings.objective]}"
