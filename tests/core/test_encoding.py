"""Where prompts end and continuations begin, with tokenizers that merge as they like."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.encoding import encode_continuations

texts = st.text(alphabet="ab .", min_size=1, max_size=12)


def by_pairs(text: str) -> list[int]:
    """A tokenizer whose tokens are pairs of characters: an odd prompt merges with what follows."""
    return [hash_of(text[start : start + 2]) for start in range(0, len(text), 2)]


def by_words(text: str) -> list[int]:
    """A tokenizer whose words begin with their space, as in most vocabularies."""
    return [hash_of(word) for word in re.findall(r" ?[^ ]+| +", text)]


def hash_of(piece: str) -> int:
    return int.from_bytes(piece.encode(), "big")


def test_a_plain_boundary() -> None:
    encoded = encode_continuations("Pick one:", [" left", " right now"], by_words)
    assert encoded.prompt_ids == (hash_of("Pick"), hash_of(" one:"))
    assert encoded.continuation_ids == (
        (hash_of(" left"),),
        (hash_of(" right"), hash_of(" now")),
    )


def test_a_token_across_the_boundary_is_scored_in_every_continuation() -> None:
    encoded = encode_continuations("abc", ["dx", "ey"], by_pairs)
    assert encoded.prompt_ids == (hash_of("ab"),)
    assert encoded.continuation_ids == (
        (hash_of("cd"), hash_of("x")),
        (hash_of("ce"), hash_of("y")),
    )


def test_one_merging_continuation_moves_the_start_of_all() -> None:
    encoded = encode_continuations("a b", [" c", "c"], by_words)
    assert encoded.prompt_ids == (hash_of("a"),)
    assert encoded.continuation_ids == ((hash_of(" b"), hash_of(" c")), (hash_of(" bc"),))


@given(texts, st.lists(texts, min_size=1, max_size=4), st.sampled_from([by_pairs, by_words]))
def test_prompt_and_continuation_are_the_whole_text(
    prompt: str,
    continuations: list[str],
    tokenize: object,
) -> None:
    assert callable(tokenize)
    try:
        encoded = encode_continuations(prompt, continuations, tokenize)
    except ValueError:
        return
    for continuation, ids in zip(continuations, encoded.continuation_ids, strict=True):
        assert [*encoded.prompt_ids, *ids] == tokenize(prompt + continuation)
    own = tuple(tokenize(prompt))
    assert own[: len(encoded.prompt_ids)] == encoded.prompt_ids


def test_without_continuations_the_prompt_is_whole() -> None:
    encoded = encode_continuations("abc", [], by_pairs)
    assert encoded.prompt_ids == tuple(by_pairs("abc"))
    assert encoded.continuation_ids == ()


@pytest.mark.parametrize(
    ("prompt", "continuation"),
    [("ab", ""), ("", "ab"), ("a", "b")],
    ids=["empty", "alone", "merged"],
)
def test_what_cannot_be_scored_is_refused(prompt: str, continuation: str) -> None:
    with pytest.raises(ValueError, match=r"scored|score"):
        encode_continuations(prompt, [continuation], by_pairs)
