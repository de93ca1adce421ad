"""Read or replace the states between layers while a context lasts; nothing stays behind it.

Layer 0 is what enters the first block (the embeddings, scaled or with positions where the network
does so), layer k what the k-th block puts out. Contexts may be nested: hooks run in the order in
which their contexts were entered, so what is to see an edit is entered after it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from torch import Tensor, nn

from auditor.errors import LayersNotFound
from auditor.probing.decoder_blocks import DecoderBlocks

Keep = Callable[[Tensor], Tensor]
"""From a state of shape (batch, sequence, hidden) to what is kept of it."""
Edit = Callable[[Tensor], Tensor]
"""From a state of shape (batch, sequence, hidden) to a new one; never writes into the old."""


@contextmanager
def record_states(blocks: DecoderBlocks, keep: Keep) -> Iterator[list[Tensor]]:
    """Keep something of every layer's state in each forward pass.

    The list grows by `n_layers + 1` entries a pass, in layer order, layer 0 first.

    Raises:
        LayersNotFound: Within the pass, where the blocks do not run in their order, or one has no
            state of three dimensions.
    """
    kept: list[Tensor] = []
    due = 0

    def take(layer: int, state: Any) -> None:
        nonlocal due
        if layer not in (0, due):
            raise LayersNotFound(
                f"The modules at {blocks.name} do not run one after the other, so they are not "
                "the decoder blocks; say which are with --layers-at NAME."
            )
        due = layer + 1
        kept.append(keep(_checked(state, blocks)))

    def before(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        take(0, _input_state(args, kwargs))

    def after(layer: int, _: nn.Module, __: Any, output: Any) -> None:
        take(layer, _output_state(output))

    with ExitStack() as hooks:
        first = blocks.blocks[0].register_forward_pre_hook(before, with_kwargs=True)
        hooks.callback(first.remove)
        for layer, block in enumerate(blocks.blocks, 1):
            hooks.callback(block.register_forward_hook(partial(after, layer)).remove)
        yield kept


@contextmanager
def edit_states(blocks: DecoderBlocks, edits: Mapping[int, Edit]) -> Iterator[None]:
    """Put new states in place of old ones; all later layers compute from the new.

    Args:
        blocks: Whose states.
        edits: By layer, 0 to `n_layers`. A result of another type or device is converted.

    Raises:
        ValueError: There is no such layer; or, within the pass, an edit changes the shape.
    """
    unknown = sorted(set(edits) - set(range(len(blocks.blocks) + 1)))
    if unknown:
        raise ValueError(f"No layer {unknown[0]}: there are {len(blocks.blocks)} blocks.")
    with ExitStack() as hooks:
        for layer, edit in sorted(edits.items()):
            hooks.callback(_register(blocks, layer, edit).remove)
        yield


def _register(blocks: DecoderBlocks, layer: int, edit: Edit) -> Any:
    def before(
        _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        new = _edited(_checked(_input_state(args, kwargs), blocks), edit)
        return ((new, *args[1:]), kwargs) if args else (args, {**kwargs, "hidden_states": new})

    def after(_: nn.Module, __: Any, output: Any) -> Any:
        new = _edited(_checked(_output_state(output), blocks), edit)
        return new if isinstance(output, Tensor) else (new, *output[1:])

    if layer == 0:
        return blocks.blocks[0].register_forward_pre_hook(before, with_kwargs=True)
    return blocks.blocks[layer - 1].register_forward_hook(after)


def _input_state(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    return args[0] if args else kwargs.get("hidden_states")


def _output_state(output: Any) -> Any:
    """Blocks of transformers 5 put out the state itself, those of 4 a tuple that it begins."""
    return output[0] if isinstance(output, tuple | list) and output else output


def _checked(state: Any, blocks: DecoderBlocks) -> Tensor:
    if isinstance(state, Tensor) and state.ndim == 3:
        return state
    shape = tuple(state.shape) if isinstance(state, Tensor) else type(state).__name__
    raise LayersNotFound(
        f"The modules at {blocks.name} pass on {shape}, not one state a token, so they cannot be "
        "read; if they are not the decoder blocks, say which are with --layers-at NAME."
    )


def _edited(state: Tensor, edit: Edit) -> Tensor:
    new = edit(state)
    if new.shape != state.shape:
        raise ValueError(f"An edit made {tuple(new.shape)} of a state {tuple(state.shape)}.")
    return new.to(state)
