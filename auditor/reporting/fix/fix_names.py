"""What contrasts, arms and adapters of a fix are called in print. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.core.fix import Control, FixSettings, Objective
from auditor.core.fix_evidence import Arm
from auditor.core.items import Contrast
from auditor.reporting import naming
from auditor.reporting.cleaning import clean_line
from auditor.reporting.language import mark, number, tr

POOLED = "pooled/"
BY_ORDER = "position-bias/"
"""What a finding names where the listed order began to decide."""
OBJECTIVES: Mapping[Objective, str] = {
    "association-neutrality": mark("association neutrality"),
    "concept-awareness": mark("concept awareness"),
    "supervised": mark("supervised answers"),
}
CONTROLS: Mapping[Control, str] = {
    "neutral": mark("control on neutral texts"),
    "shuffled": mark("control with shuffled sides"),
}
SHORT_ARMS: Mapping[str, str] = {
    "instruction": mark("told: be fair"),
    "neutral-instruction": mark("told: neutral"),
    "chain-of-thought": mark("told, and reasons"),
    "erasure": mark("concepts erased"),
}
"""For the column of a chart."""
_ADAPTERS: Mapping[str, str] = {
    "fix": mark("the fix"),
    "fixed": mark("the fix"),
    "original": mark("the original"),
    "instruction": mark("instruction"),
    "neutral-instruction": mark("neutral instruction"),
    "chain-of-thought": mark("chain of thought"),
    "erasure": mark("erasure"),
}
_CONTROL_ROLES = ("null-control", "positive-control")
_SEED, _SCALE = "seed", "scale-"
"""What names of other seeds have in them, and those of other strengths begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixNames:
    """Names of contrasts where they are known; else made from their ids."""

    titles: Mapping[str, str]
    order: tuple[str, ...] = ()
    """Categories in the report's order."""
    controls: frozenset[str] = frozenset()
    """Ids of the contrasts that are controls, as far as it is known."""

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
            return tr("{score}, pooled", score=naming.score_name(key.removeprefix(POOLED)))
        if key.startswith(BY_ORDER):
            return tr("the listed order of the words")
        name, bracket, rest = key.partition("[")
        if bracket:
            return quoted(self.contrast(rest.removesuffix("]")))
        if key in self.titles:
            return quoted(self.titles[key])
        return adapter_name(name) if name else ""

    def place(self, contrast_id: str) -> int:
        """Where a contrast's category stands in the report."""
        category = contrast_id.partition(".")[0]
        return self.order.index(category) if category in self.order else len(self.order)


def names_of(contrasts: Sequence[Contrast], order: Sequence[str] = ()) -> FixNames:
    """Names of the contrasts that a battery has."""
    return FixNames(
        titles={c.contrast_id: naming.contrast_title(c) for c in contrasts},
        order=tuple(order),
        controls=frozenset(c.contrast_id for c in contrasts if c.role in _CONTROL_ROLES),
    )


def quoted(name: str) -> str:
    """A name in the language's own quotation marks."""
    return tr("“{name}”", name=name)


def adapter_name(name: str) -> str:
    """An adapter or an arm by its name, as in `the fix, seed 1` of `fix-seed-1`."""
    for control, words in CONTROLS.items():
        if name in (control, f"control-{control}"):
            return tr(words)
    if _SEED in name:
        seed = name.partition(_SEED)[2].replace("-", " ").strip()
        return tr("the fix, seed {seed}", seed=clean_line(seed))
    if name.startswith(_SCALE):
        return tr("scale {scale}", scale=number(clean_line(name.removeprefix(_SCALE))))
    if name in _ADAPTERS:
        return tr(_ADAPTERS[name])
    return clean_line(name.replace("-", " ").strip())


def arm_name(arm: Arm, scale: float) -> str:
    """An arm as a row of a table names it."""
    match arm.kind:
        case "original":
            return tr("original model")
        case "fixed":
            return tr("the fix")
        case "scaled":
            return tr("the fix at {scale}", scale=number(f"{scale:g}"))
        case "control":
            return adapter_name(arm.adapter or arm.arm_id)
        case "prompted":
            return tr(naming.CONDITIONS[arm.condition])
        case "erased":
            return tr("concepts erased (LEACE)")


def settings_name(settings: FixSettings) -> str:
    """As in `LoRA, association neutrality`."""
    return f"LoRA, {tr(OBJECTIVES[settings.objective])}"
