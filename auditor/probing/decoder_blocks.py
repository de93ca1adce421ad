"""Find the decoder blocks of a causal language model by their usual names, or by structure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from auditor.core.quoting import quote, quote_odd
from auditor.errors import LayersNotFound

_USUAL_NAMES = (
    "model.language_model.layers",
    "language_model.model.layers",
    "model.layers",
    "transformer.h",
    "gpt_neox.layers",
    "model.decoder.layers",
    "transformer.blocks",
    "transformer.layers",
    "backbone.layers",
)
"""A wrapper's own names may come before them, as in `base_model.model.model.layers`."""
_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoderBlocks:
    """Where the states between the layers of one network are."""

    name: str
    """Of the module list, as in `model.layers`."""
    blocks: tuple[nn.Module, ...]
    embeddings: nn.Module
    """From token ids to vectors."""
    body: nn.Module
    """The network without its head: a forward pass that computes no logits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShape:
    """What tells one module list from another."""

    name: str
    length: int
    class_name: str | None
    """Of every member; None where they differ."""


def find_decoder_blocks(module: nn.Module, *, path: str | None = None) -> DecoderBlocks:
    """The decoder blocks of a causal language model, and what surrounds them.

    Args:
        module: Of transformers; wrapped by adapters or not.
        path: Name of the module list, where the user says it.

    Raises:
        LayersNotFound: No list, or more than one, can be that of the blocks; or `path` names none.
    """
    lists = {name: each for name, each in module.named_modules() if _is_list(each)}
    shapes = [_shape(name, each) for name, each in lists.items()]
    if path is None:
        n_layers = _n_layers(module)
        path = choose_list(shapes, n_layers)
        if path is None:
            raise LayersNotFound(
                f"No one list of {n_layers or 'the'} decoder blocks stands out in "
                f"{type(module).__name__}. {_seen(module, shapes)}; "
                "say which one it is with --layers-at NAME."
            )
    if path not in lists:
        raise LayersNotFound(
            f"{type(module).__name__} has no list of decoder blocks at {quote(path)}. "
            f"{_seen(module, shapes)}; name one of them with --layers-at NAME."
        )
    body = _body(module, path)
    return DecoderBlocks(
        name=path,
        blocks=tuple(lists[path].children()),
        embeddings=_embeddings(body),
        body=body,
    )


def choose_list(shapes: Sequence[ListShape], n_layers: int | None) -> str | None:
    """Name of the one list that can be that of the decoder blocks; None where that is open.

    Apart from `find_decoder_blocks` so that it can be tested without networks.
    """
    fitting = [each for each in shapes if each.length == n_layers]
    for usual in _USUAL_NAMES:
        for each in fitting:
            if each.name == usual or each.name.endswith(f".{usual}"):
                return each.name
    uniform = _outermost([each for each in fitting if each.class_name is not None])
    return uniform[0].name if len(uniform) == 1 else None


def _is_list(module: nn.Module) -> bool:
    return isinstance(module, nn.ModuleList | nn.Sequential) and len(module) > 0


def _shape(name: str, members: nn.Module) -> ListShape:
    classes = {type(each).__name__ for each in members.children()}
    return ListShape(
        name=name,
        length=sum(1 for _ in members.children()),
        class_name=classes.pop() if len(classes) == 1 else None,
    )


def _n_layers(module: nn.Module) -> int | None:
    config: Any = getattr(module, "config", None)
    read_text_config = getattr(config, "get_text_config", None)
    config = read_text_config() if callable(read_text_config) else config
    n_layers = getattr(config, "num_hidden_layers", None)
    return n_layers if isinstance(n_layers, int) else None


def _outermost(shapes: Sequence[ListShape]) -> list[ListShape]:
    """Without the lists inside another one, such as the experts of each block."""
    names = [each.name for each in shapes]
    return [each for each in shapes if not any(each.name.startswith(f"{name}.") for name in names)]


def _seen(module: nn.Module, shapes: Sequence[ListShape]) -> str:
    """What the network does have, in a sentence without its full stop."""
    if shapes:
        lists = [
            f"{quote_odd(each.name)} ({each.length} × {each.class_name or 'various'})"
            for each in _outermost(shapes)
        ]
        return f"Its module lists are {_some(lists)}"
    names = [f"{quote_odd(name)} ({type(each).__name__})" for name, each in module.named_children()]
    return f"It has no module lists, only {_some(names) or 'itself'}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_SHOWN
    return ", ".join(names[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _body(module: nn.Module, path: str) -> nn.Module:
    """The innermost network around the blocks: it embeds, and has no head of its own."""
    for holder in _holders(module, path):
        if callable(getattr(holder, "get_input_embeddings", None)):
            return holder
    raise LayersNotFound(
        f"{type(module).__name__} is not a language model of transformers: "
        "it does not say where its token embeddings are."
    )


def _holders(module: nn.Module, path: str) -> Iterator[nn.Module]:
    """Every module around the list, from the innermost to the whole."""
    names = path.split(".")[:-1]
    for length in range(len(names), -1, -1):
        yield module.get_submodule(".".join(names[:length]))


def _embeddings(body: nn.Module) -> nn.Module:
    ask: Any = body.get_input_embeddings
    embeddings: nn.Module = ask()
    return embeddings
