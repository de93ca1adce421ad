"""The steps of one training, and how it goes on where it broke off."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn

from auditor.core.fix import FixSettings, TrainingStep
from auditor.errors import FixNotTrained
from auditor.fixing.adapter_folder import Checkpoint
from auditor.fixing.injected import Injected
from auditor.fixing.objectives import Objective

_CHECKPOINT_EVERY = 10
_LOOK_EVERY = 5
"""Steps between two looks at the stopping set."""
_WARM_UP = 5
"""Steps in which the learning rate rises; behind them it falls to nothing."""
_MAX_GRADIENT_NORM = 1.0

OnStep = Callable[[TrainingStep, int], None]


@dataclass(kw_only=True)
class Training:
    """The changing state of one training."""

    adapter: Injected
    objective: Objective
    optimizer: torch.optim.Optimizer
    settings: FixSettings
    look: Callable[[], float | None]
    """Nats a token on the stopping set; None where there is none."""
    kept: dict[str, Tensor]
    kept_step: int = 0
    history: list[TrainingStep] = field(default_factory=list)
    stopped_because: Literal["done", "capability"] | None = None

    def run(self, save: Callable[[], None], on_step: OnStep) -> None:
        """All steps that are left."""
        n_steps = self.settings.n_steps
        for step in range(len(self.history), n_steps + 1):
            is_last = step == n_steps
            self.history.append(self._measure(step, is_last=is_last))
            on_step(self.history[-1], n_steps)
            if self._is_done(self.history[-1], is_last=is_last):
                return
            self._update(step)
            if (step + 1) % _CHECKPOINT_EVERY == 0:
                save()

    def checkpoint(self) -> Checkpoint:
        """Everything that the next step depends on."""
        tensors = {f"now/{name}": each for name, each in self.adapter.copy().items()}
        tensors |= {f"kept/{name}": each for name, each in self.kept.items()}
        for index, each in enumerate(self.objective.parameters):
            tensors[f"beside/{index}"] = each.detach().cpu().clone()
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"adam/{index}/{name}": value for name, value in state.items()}
        notes = {"history": [asdict(each) for each in self.history], "kept_step": self.kept_step}
        return Checkpoint(tensors=tensors, notes=notes)

    def resume(self, checkpoint: Checkpoint | None) -> None:
        """Go on from where another training of the same broke off."""
        if checkpoint is None:
            return
        parts = _by_first_part(checkpoint.tensors)
        self.adapter.fill(parts["now"])
        self.kept = dict(parts["kept"])
        for index, each in enumerate(self.objective.parameters):
            each.data.copy_(parts["beside"][str(index)])
        state = {int(index): values for index, values in _by_first_part(parts["adam"]).items()}
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": state})
        self.history = [TrainingStep(**each) for each in checkpoint.notes["history"]]
        self.kept_step = checkpoint.notes["kept_step"]

    def _measure(self, step: int, *, is_last: bool) -> TrainingStep:
        self.optimizer.zero_grad()
        with torch.set_grad_enabled(not is_last):
            losses = self.objective.add_gradients(step)
        looks = is_last or step % _LOOK_EVERY == 0
        measured = TrainingStep(
            step=step, **asdict(losses), capability=self.look() if looks else None
        )
        if not all(map(math.isfinite, (measured.loss, measured.capability or 0.0))):
            raise FixNotTrained(
                f"The loss of the training is not finite at step {step}; choose a lower learning "
                "rate, or open the model in float32."
            )
        return measured

    def _is_done(self, measured: TrainingStep, *, is_last: bool) -> bool:
        """Whether to stop here; what is still good is kept on the way."""
        before = self.history[0].capability
        now = measured.capability
        if before is not None and now is not None:
            if now - before > self.settings.max_capability_loss:
                self.stopped_because = "capability"
                return True
            self._keep(measured.step)
        elif is_last:
            self._keep(measured.step)
        return is_last

    def _keep(self, step: int) -> None:
        self.kept, self.kept_step = self.adapter.copy(), step

    def _update(self, step: int) -> None:
        for group in self.optimizer.param_groups:
            nn.utils.clip_grad_norm_(group["params"], _MAX_GRADIENT_NORM, foreach=False)
            group["lr"] = group["top_lr"] * _share_of_rate(step, self.settings.n_steps)
        self.optimizer.step()


def _share_of_rate(step: int, n_steps: int) -> float:
    """Of the learning rate: rises over the first steps, then falls in a line."""
    return min((step + 1) / _WARM_UP, (n_steps - step) / max(1, n_steps - _WARM_UP), 1.0)


def _by_first_part(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    parts: dict[str, dict[str, Tensor]] = {}
    for name, each in tensors.items():
        first, _, rest = name.partition("/")
        parts.setdefault(first, {})[rest] = each
    return parts
