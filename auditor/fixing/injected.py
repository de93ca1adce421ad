"""Put an adapter that learns into a network for a while; the network leaves as it came."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import peft
import torch
from torch import Tensor, nn

from auditor.fixing.targets import Targets

_NAME = "fix"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Injected:
    """An adapter within a network."""

    layers: Mapping[str, Any]
    """peft's layers, by the name of the linear layer that each stands for."""
    config: peft.LoraConfig
    """With the names of all layers, and the rank of each."""

    @property
    def matrices(self) -> dict[str, nn.Parameter]:
        """What is trained, by PEFT's own names, in a fixed order; all in float32."""
        return {
            f"base_model.model.{name}.lora_{side}.weight": pair[_NAME].weight
            for name, layer in self.layers.items()
            for side, pair in (("A", layer.lora_A), ("B", layer.lora_B))
        }

    def copy(self) -> dict[str, Tensor]:
        """The matrices as they are now."""
        return {name: each.detach().cpu().clone() for name, each in self.matrices.items()}

    @torch.no_grad()
    def fill(self, values: Mapping[str, Tensor]) -> None:
        """Take over other values of all matrices."""
        for name, matrix in self.matrices.items():
            matrix.copy_(values[name])

    @contextmanager
    def switched_off(self) -> Iterator[None]:
        """Let the network be the original one; gradients are not to pass through this."""
        scalings = {name: layer.scaling[_NAME] for name, layer in self.layers.items()}
        try:
            for layer in self.layers.values():
                layer.scaling[_NAME] = 0.0
            yield
        finally:
            for name, layer in self.layers.items():
                layer.scaling[_NAME] = scalings[name]


@contextmanager
def inject(
    module: Any, targets: Targets, ranks: Mapping[int, int], *, alpha: int, seed: int
) -> Iterator[Injected]:
    """A fresh adapter in some blocks: A drawn uniformly as peft does it, B zero.

    Args:
        module: A causal language model of transformers.
        targets: Its layers.
        ranks: By block.
        alpha: A product counts alpha / rank.
        seed: Of what is drawn.
    """
    rank_of = {name: rank for block, rank in ranks.items() for name in targets.names[block]}
    rank = min(ranks.values())
    config = peft.LoraConfig(
        task_type=peft.TaskType.CAUSAL_LM,
        r=rank,
        lora_alpha=alpha,
        target_modules=list(rank_of),
        rank_pattern={
            name.replace(".", r"\."): each for name, each in rank_of.items() if each != rank
        },
        fan_in_fan_out=targets.is_transposed,
    )
    with _restored(module, list(rank_of)):
        # Empty, so that nothing is drawn from torch's own random numbers.
        peft.inject_adapter_in_model(config, module, _NAME, low_cpu_mem_usage=True)
        module.eval()
        injected = Injected(
            layers={name: module.get_submodule(name) for name in rank_of}, config=config
        )
        generator = torch.Generator().manual_seed(seed)
        for layer in injected.layers.values():
            _begin(layer, generator)
        yield injected


def _begin(layer: Any, generator: torch.Generator) -> None:
    """Uniform within ±1/√inputs, and zero: Kaiming's initialisation with a = √5 (peft)."""
    device = layer.get_base_layer().weight.device
    for linear in (layer.lora_A[_NAME], layer.lora_B[_NAME]):
        values = torch.zeros(linear.weight.shape, dtype=torch.float32)
        if linear is layer.lora_A[_NAME]:
            bound = 1 / math.sqrt(values.shape[1])
            values.uniform_(-bound, bound, generator=generator)
        linear.weight = nn.Parameter(values.to(device))


@contextmanager
def _restored(module: Any, names: list[str]) -> Iterator[None]:
    """Whatever happens within, the network has its own layers and settings behind it."""
    layers = {name: module.get_submodule(name) for name in names}
    needs_gradient = {each: each.requires_grad for each in module.parameters()}
    is_training = {each: each.training for each in module.modules()}
    attributes = set(vars(module))
    try:
        yield
    finally:
        for name, layer in layers.items():
            parent, _, child = name.rpartition(".")
            setattr(module.get_submodule(parent), child, layer)
        for parameter, needs in needs_gradient.items():
            parameter.requires_grad_(needs)
            parameter.grad = None
        for each, training in is_training.items():
            each.training = training
        for attribute in set(vars(module)) - attributes:
            delattr(module, attribute)
