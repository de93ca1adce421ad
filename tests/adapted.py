"""A scripted model with an adapter that can be turned down: one rule with it, one without."""

from collections.abc import Sequence
from dataclasses import replace

from auditor.core.instrument import Battery
from auditor.core.items import Item
from auditor.core.runs import ModelIdentity
from tests.battery_models import POSITIVE_CONTROL, directions
from tests.fakes import REFUSAL, Likelihoods, ScriptedModel, Writes, rng_of

ADAPTER = "ad" * 32


class AdaptedModel(ScriptedModel):
    """Answers by the second pair of rules while its adapter counts, else by the first."""

    def __init__(
        self,
        battery: Battery,
        before: tuple[Likelihoods, Writes],
        after: tuple[Likelihoods, Writes],
    ) -> None:
        self._rules = {False: before, True: after}
        self._scale = 1.0
        self.scales: list[float] = []
        super().__init__(
            battery,
            lambda item: self._rule[0](item),
            lambda item: self._rule[1](item),
        )

    @property
    def _rule(self) -> tuple[Likelihoods, Writes]:
        self.scales.append(self._scale)
        return self._rules[self._scale > 0]

    @property
    def identity(self) -> ModelIdentity:
        settings = (("adapter_scale", str(self._scale)),)
        return replace(super().identity, adapter_sha256=ADAPTER, backend_settings=settings)

    @property
    def adapter_scale(self) -> float | None:
        return self._scale

    def set_adapter_scale(self, scale: float) -> None:
        self._scale = scale


def rules(
    battery: Battery, *, dialect: float = 0.0, hiring: float = 0.0, refuses_dialect: bool = False
) -> tuple[Likelihoods, Writes]:
    """Leans by so many log-odds against dialects, and against the target group in hiring; sees
    the positive controls. Chance of its own for every cluster and answer, the same in all rules."""
    roles = {contrast.contrast_id: contrast.role for contrast in battery.contrasts}

    def likelihoods(item: Item) -> Sequence[float]:
        role = roles[item.contrast_id]
        leans = {"hiring": hiring}.get(item.instrument, dialect)
        true = {"positive-control": POSITIVE_CONTROL, "null-control": 0.0}.get(role, leans)
        true += float(rng_of(item.cluster, 5).normal(scale=0.3))
        chance = rng_of(item.item_id, 5).normal(scale=0.2, size=len(item.continuations))
        return [true * share + one for share, one in zip(directions(item), chance, strict=True)]

    def writes(item: Item) -> str:
        if refuses_dialect and dict(item.factors).get("guise") == "dialect":
            return REFUSAL
        values = likelihoods(item)
        return item.continuations[max(range(len(values)), key=values.__getitem__)]

    return likelihoods, writes
