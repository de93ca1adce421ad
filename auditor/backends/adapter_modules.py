"""Put a LoRA adapter into a network of transformers, beside its weights, through peft."""

from collections.abc import Mapping, Sequence
from typing import Any

import peft
import torch
from peft.tuners.lora import LoraLayer
from torch import nn
from transformers.pytorch_utils import Conv1D

from auditor.backends.adapter_files import LoraAdapter, LoraPair
from auditor.backends.adapter_fit import BaseModel, require_fit

_NAME = "audited"


class AttachedAdapter:
    """An adapter within a network: not merged, so that its strength can be changed.

    The network keeps its class and the names of its modules; each changed linear layer becomes
    one of peft's.

    Args:
        module: A causal language model of transformers; changed in place.
        adapter: With the names and the order of rows of transformers.
        base: The network, for the sentence of a refusal.
        scale: How strongly the adapter counts, from 0 on; 1 is as trained.

    Raises:
        ModelNotLoaded: The adapter does not fit.
    """

    def __init__(
        self, module: Any, adapter: LoraAdapter, base: BaseModel, *, scale: float = 1.0
    ) -> None:
        require_fit(adapter, base, _shapes(module))
        self._original = _Original(module, list(adapter.pairs))
        try:
            _inject(module, adapter.pairs)
            self._layers = [
                (_fill(module.get_submodule(name), pair), pair.scaling)
                for name, pair in adapter.pairs.items()
            ]
        except BaseException:
            self._original.restore()
            raise
        module.eval()
        self._scale = scale
        self.set_scale(scale)

    @property
    def scale(self) -> float:
        """How strongly the adapter counts."""
        return self._scale

    def set_scale(self, scale: float) -> None:
        """Let the adapter count more or less: 0 not at all, 1 as trained."""
        self._scale = scale
        for layer, scaling in self._layers:
            layer.scaling[_NAME] = scale * scaling

    def detach(self) -> None:
        """Give the network its own layers back, as if there had been no adapter."""
        self._original.restore()


class _Original:
    """What peft changes in a network, as it was before: layers, gradients, modes, attributes."""

    def __init__(self, module: Any, names: Sequence[str]) -> None:
        self._module = module
        self._layers = {name: module.get_submodule(name) for name in names}
        self._needs_gradient = {each: each.requires_grad for each in module.parameters()}
        self._is_training = {each: each.training for each in module.modules()}
        self._attributes = set(vars(module))

    def restore(self) -> None:
        for name, layer in self._layers.items():
            parent, _, child = name.rpartition(".")
            setattr(self._module.get_submodule(parent), child, layer)
        for parameter, needs in self._needs_gradient.items():
            parameter.requires_grad_(needs)
        for each, training in self._is_training.items():
            each.training = training
        for attribute in set(vars(self._module)) - self._attributes:
            delattr(self._module, attribute)


def _shapes(module: Any) -> dict[str, tuple[int, ...]]:
    """(outputs, inputs) of each linear layer but the last, which tokens come out of."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, each in module.named_modules():
        if each is module.get_output_embeddings():
            continue
        if isinstance(each, nn.Linear):
            shapes[name] = (each.out_features, each.in_features)
        elif isinstance(each, Conv1D):
            shapes[name] = (each.weight.shape[1], each.weight.shape[0])
    return shapes


def _inject(module: Any, pairs: Mapping[str, LoraPair]) -> None:
    """Let peft put its layers into the network, still empty."""
    first = module.get_submodule(next(iter(pairs)))
    config = peft.LoraConfig(
        target_modules=list(pairs),
        rank_pattern={name.replace(".", r"\."): pair.rank for name, pair in pairs.items()},
        fan_in_fan_out=isinstance(first, Conv1D),
        inference_mode=True,
    )
    # Empty, so that nothing is drawn from torch's random numbers.
    peft.inject_adapter_in_model(config, module, _NAME, low_cpu_mem_usage=True)
    placed = {name for name, each in module.named_modules() if isinstance(each, LoraLayer)}
    if placed != set(pairs):
        raise RuntimeError(f"peft changed other layers than asked: {placed ^ set(pairs)}")


def _fill(layer: Any, pair: LoraPair) -> Any:
    """Give a layer of peft its matrices, in float32 as peft does for a half-precision network."""
    device = layer.get_base_layer().weight.device
    for linear, matrix in ((layer.lora_A[_NAME], pair.a), (layer.lora_B[_NAME], pair.b)):
        values = torch.from_numpy(matrix.copy()).to(device)
        linear.weight = nn.Parameter(values, requires_grad=False)
    return layer
