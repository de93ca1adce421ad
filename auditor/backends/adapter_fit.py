"""Does an adapter belong to a model: refuse where it cannot, doubt where nobody can tell."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from auditor.backends.adapter_files import LoraAdapter
from auditor.errors import ModelNotLoaded

_QUANTISATION = re.compile(r"[-_.](gguf|i?q\d\w*|b?f\d+|fp\d+|bfloat16|float\d+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModel:
    """What an adapter is compared with."""

    name: str
    """As the user named it."""
    names: tuple[str, ...]
    """All that it is called: by its file, its folder, itself."""
    architecture: str
    """As GGUF files name it."""
    n_layers: int
    width: int
    """Of the hidden states."""

    def __str__(self) -> str:
        return (
            f"{self.name} (architecture {self.architecture}, {self.n_layers} layers, "
            f"width {self.width})"
        )


def require_same_architecture(adapter: LoraAdapter, base: BaseModel) -> None:
    """Refuse an adapter that says it was made for another kind of network.

    Raises:
        ModelNotLoaded: The sentence names both.
    """
    if adapter.architecture not in (None, base.architecture):
        raise _misfit(adapter, base, "which is another architecture")


def require_fit(
    adapter: LoraAdapter, base: BaseModel, shapes: Mapping[str, tuple[int, ...]]
) -> None:
    """Refuse an adapter for layers that the model does not have, or has in another size.

    Args:
        adapter: What is to be applied.
        base: What it is to be applied to.
        shapes: Of the model's weights, (outputs, inputs), by the adapter's names of the layers.

    Raises:
        ModelNotLoaded: The sentence says what the adapter was made for and what the model is.
    """
    for name, pair in adapter.pairs.items():
        if name not in shapes:
            raise _misfit(adapter, base, f"and changes {name}, which this model does not have")
        if shapes[name] != pair.shape:
            here, there = (" × ".join(map(str, each)) for each in (shapes[name], pair.shape))
            raise _misfit(adapter, base, f"where {name} is {there}; here it is {here}")


def doubts(adapter: LoraAdapter, base: BaseModel) -> Iterator[str]:
    """What a reader must know of an adapter that fits, one sentence each."""
    if adapter.is_without_effect:
        yield "The adapter adds zero everywhere, as before its training: it changes nothing."
    if adapter.base_name is None:
        yield "The adapter does not name the model it was made for; it fits this one in shape."
    elif _plain(adapter.base_name) not in {_plain(part) for part in _parts(base.names)}:
        yield (
            f"The adapter was made for {adapter.base_name}; it fits {base.name} in shape, and "
            "nothing shows that they are the same model."
        )


def _misfit(adapter: LoraAdapter, base: BaseModel, why: str) -> ModelNotLoaded:
    return ModelNotLoaded(
        f"The adapter {adapter.path} does not fit {base}: it was made for {adapter.made_for}, "
        f"{why}; name the model that the adapter was made for."
    )


def _parts(names: Iterable[str]) -> Iterator[str]:
    """The names, and the parts of `org/name@revision:file.gguf`."""
    for name in names:
        yield from re.split("[@:]", name)


def _plain(name: str) -> str:
    """A model's name without its owner, its file's ending, and how it is quantised."""
    last = name.rstrip("/").rpartition("/")[2]
    while (shorter := _QUANTISATION.sub("", last)) != last:
        last = shorter
    return re.sub(r"[\W_]", "", last).lower()
