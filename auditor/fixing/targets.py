"""Find the linear layers that an adapter is put into, block by block."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peft.tuners.tuners_utils import BaseTunerLayer
from torch import nn
from transformers.pytorch_utils import Conv1D

from auditor.core.quoting import quote_odd
from auditor.errors import FixNotTrained

_IN_BLOCK = re.compile(r"(?P<blocks>.+?)\.(?P<block>\d+)\.(?P<inner>.+)")
_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """The layers that an adapter changes, were it in all blocks."""

    blocks: str
    """Name of the module list, as in `model.layers`."""
    names: tuple[tuple[str, ...], ...]
    """Of the layers, one entry a block; empty where a block has none of them."""
    costs: tuple[int, ...]
    """Parameters that one rank takes in each block."""
    is_transposed: bool
    """Whether the weights are (inputs, outputs), as in GPT-2."""


def find_targets(module: nn.Module, target_modules: Sequence[str]) -> Targets:
    """The linear layers of these names in the decoder blocks of a network.

    Args:
        module: A causal language model of transformers.
        target_modules: Ends of names, as in `q_proj` or `self_attn.q_proj`.

    Raises:
        FixNotTrained: There are none, or one of the names has none; or there is an adapter.
    """
    if any(isinstance(each, BaseTunerLayer) for each in module.modules()):
        raise FixNotTrained(
            "The model was opened with an adapter, so what is trained would count only on top of "
            "it; open the model without the adapter."
        )
    linear = {name: each for name, each in module.named_modules() if _is_linear(each)}
    n_blocks = _n_blocks(module)
    blocks = _choose_list(module, linear, n_blocks)
    names: list[list[str]] = [[] for _ in range(n_blocks)]
    found: set[str] = set()
    for name in linear:
        part = _IN_BLOCK.fullmatch(name)
        if part is None or part["blocks"] != blocks:
            continue
        ends = {end for end in target_modules if f".{part['inner']}".endswith(f".{end}")}
        found |= ends
        if ends:
            names[int(part["block"])].append(name)
    missing = [each for each in target_modules if each not in found]
    if missing or not target_modules:
        raise _not_there(module, missing, linear, blocks)
    return Targets(
        blocks=blocks,
        names=tuple(tuple(each) for each in names),
        costs=tuple(sum(_cost(linear[name]) for name in each) for each in names),
        is_transposed=any(isinstance(linear[name], Conv1D) for each in names for name in each),
    )


def find_blocks(module: nn.Module) -> tuple[nn.Module, ...]:
    """The decoder blocks of a network, whatever its linear layers are called.

    Raises:
        FixNotTrained: They do not stand out.
    """
    linear = {name: each for name, each in module.named_modules() if _is_linear(each)}
    blocks = _choose_list(module, linear, _n_blocks(module))
    return tuple(module.get_submodule(blocks).children())


def _is_linear(module: nn.Module) -> bool:
    return isinstance(module, nn.Linear | Conv1D)


def _cost(layer: Any) -> int:
    """Inputs and outputs of a linear layer."""
    return int(sum(layer.weight.shape))


def _n_blocks(module: nn.Module) -> int:
    config: Any = module.config
    return int(config.get_text_config().num_hidden_layers)


def _choose_list(module: nn.Module, linear: Mapping[str, nn.Module], n_blocks: int) -> str:
    """Name of the list of decoder blocks: as many as there should be, with linear layers."""
    counts: dict[str, set[int]] = defaultdict(set)
    for name in linear:
        if part := _IN_BLOCK.fullmatch(name):
            counts[part["blocks"]].add(int(part["block"]))
    fitting = [
        name
        for name in counts
        if isinstance(each := module.get_submodule(name), nn.ModuleList) and len(each) == n_blocks
    ]
    if len(fitting) != 1:
        raise FixNotTrained(
            f"The decoder blocks of {type(module).__name__} do not stand out among its modules "
            f"({_some(sorted(counts)) or 'it has no lists of them'}), so no adapter can be put "
            "into it; name another model."
        )
    return fitting[0]


def _not_there(
    module: nn.Module, missing: Sequence[str], linear: Mapping[str, nn.Module], blocks: str
) -> FixNotTrained:
    parts = [_IN_BLOCK.fullmatch(name) for name in linear]
    seen = dict.fromkeys(part["inner"] for part in parts if part and part["blocks"] == blocks)
    return FixNotTrained(
        f"{type(module).__name__} has no linear layers "
        f"{_some(missing) or 'that were asked for'} in {blocks}, where an adapter was to change "
        f"them; choose target modules among {_some(list(seen))}."
    )


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_SHOWN
    shown = ", ".join(quote_odd(name) for name in names[:_MOST_SHOWN])
    return shown + (f" and {more} more" if more > 0 else "")
