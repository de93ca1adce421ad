from typing import Any

import pytest
import torch
from torch import Tensor, nn

from auditor.probing.decoder_blocks import DecoderBlocks, find_decoder_blocks
from auditor.probing.shared_prefix import read_prefix
from tests.probing.tiny_models import ATTENTION_FAMILIES, HIDDEN, WINDOW, build_network

BEGINNING = tuple(range(3, 3 + 2 * WINDOW))
SEQUENCES = [(*BEGINNING, 50, 51, 52), (*BEGINNING, 60), (*BEGINNING, 50, 70, 71, 72)]


@pytest.mark.parametrize("family", ATTENTION_FAMILIES)
@torch.inference_mode()
def test_behind_the_prefix_a_network_gives_its_own_states(family: str) -> None:
    blocks = find_decoder_blocks(build_network(family))
    body: Any = blocks.body
    prefix = read_prefix(blocks, SEQUENCES, at_most=100)
    assert prefix is not None
    assert prefix.token_ids == BEGINNING
    rows = torch.tensor([ids[-1:] for ids in ((*BEGINNING, 80), (*BEGINNING, 90))])
    # Twice: one pass must leave nothing to the next.
    for _ in range(2):
        behind = body(input_ids=rows, past_key_values=prefix.cache(2)).last_hidden_state
        whole = torch.cat([torch.tensor([BEGINNING, BEGINNING]), rows], dim=1)
        expected = body(input_ids=whole, use_cache=False).last_hidden_state[:, -1:]
        torch.testing.assert_close(behind, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("sequences", "at_most", "length"),
    [
        (SEQUENCES, 100, len(BEGINNING)),
        (SEQUENCES, 9, 9),
        ([SEQUENCES[0], BEGINNING], 100, len(BEGINNING) - 1),
        ([SEQUENCES[0], SEQUENCES[2]], 100, len(BEGINNING) + 1),
        (SEQUENCES[:1], 100, None),
        ([(1, *BEGINNING), (2, *BEGINNING)], 100, None),
        ([(1, 2, 3, 4), (1, 2, 3, 5)], 100, None),
        ([], 100, None),
    ],
)
def test_the_prefix_is_what_all_share_and_leaves_each_a_token(
    sequences: list[tuple[int, ...]], at_most: int, length: int | None
) -> None:
    prefix = read_prefix(find_decoder_blocks(build_network("llama")), sequences, at_most=at_most)
    assert (len(prefix.token_ids) if prefix else None) == length


class Forgetful(nn.Module):
    """Takes a cache, and reads what comes as if nothing had come before."""

    def __init__(self) -> None:
        super().__init__()
        self.inner: Any = build_network("llama").model

    def forward(self, input_ids: Tensor, past_key_values: Any = None, **settings: Any) -> Any:
        output = self.inner(input_ids, **settings)
        if past_key_values is not None:
            output.past_key_values = past_key_values
        return output


class Cacheless(Forgetful):
    """Puts out no cache."""

    def forward(self, input_ids: Tensor, **settings: Any) -> Any:  # type: ignore[override]
        return self.inner(input_ids, **{**settings, "use_cache": False})


class Refusing(Forgetful):
    """Has no such argument."""

    def forward(self, input_ids: Tensor, use_cache: bool) -> Any:  # type: ignore[override]
        return self.inner(input_ids, use_cache=use_cache)


@pytest.mark.parametrize("kind", [Forgetful, Cacheless, Refusing])
def test_a_network_whose_cache_is_of_no_use_is_found_out(kind: type[Forgetful]) -> None:
    body = kind()
    blocks = DecoderBlocks(
        name="inner.layers",
        blocks=tuple(body.inner.layers),
        embeddings=body.inner.embed_tokens,
        body=body,
    )
    assert read_prefix(blocks, SEQUENCES, at_most=100) is None
    assert body.inner.embed_tokens.weight.shape[1] == HIDDEN
