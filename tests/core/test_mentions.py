from pathlib import Path
from typing import Any

import pytest
import transformers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers

from auditor.backends import resolve_model
from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.core.items import Prompt
from auditor.core.mentions import find_positions, find_words, locate
from auditor.core.senses import Mention
from auditor.errors import BatteryInvalid, LayersNotFound
from tests.backends.tiny_checkpoint import train_tokenizer, write_tiny_checkpoint
from tests.probing.tiny_models import TinyModel


class Pieces(transformers.PreTrainedTokenizer):
    """Without offsets: lower-cased pieces of three letters, `▁` for a space, closed on both ends.

    Its vocabulary grows with what it reads.
    """

    def __init__(self) -> None:
        self.pieces: dict[str, int] = {"<unk>": 0, "<s>": 1, "</s>": 2}
        names: dict[str, Any] = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
        super().__init__(**names)  # type: ignore[no-untyped-call]

    @property
    def vocab_size(self) -> int:
        return len(self.pieces)

    def get_vocab(self) -> dict[str, int]:
        return dict(self.pieces)

    def _tokenize(self, text: str, **_: Any) -> list[str]:
        words = [f"▁{word}" for word in text.lower().split()]
        return [word[at : at + 3] for word in words for at in range(0, len(word), 3)]

    def _convert_token_to_id(self, token: str) -> int:
        return self.pieces.setdefault(token, len(self.pieces))

    def _convert_id_to_token(self, index: int) -> str:
        return list(self.pieces)[index]

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        return "".join(tokens).replace("▁", " ").strip()

    def build_inputs_with_special_tokens(
        self, token_ids_0: list[int], token_ids_1: list[int] | None = None
    ) -> list[int]:
        assert token_ids_1 is None
        return [1, *token_ids_0, 2]


def between_spaces() -> Any:
    """A tokenizer in which a word and the signs around it are one token."""
    tokenizer = Tokenizer(models.WordLevel({"<unk>": 0, "(black),": 1}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")


BYTE_PAIRS = TinyModel(None, train_tokenizer())
BYTES = TinyModel(None, transformers.ByT5Tokenizer(), adds_special_tokens=True, form="{text}\nA:")
PIECES = TinyModel(None, Pieces(), adds_special_tokens=True, form="{text} Answer:")
SPLITTING = pytest.mark.parametrize(
    "model", [BYTE_PAIRS, BYTES, PIECES], ids=["byte-pairs", "bytes", "pieces"]
)


def mention(text: str, word: str = "black") -> Mention:
    return Mention(mention_id="m/1", text=text, word=word, cluster="m")


def asked(text: str, reply_prefix: str = "") -> Prompt:
    return Prompt(prompt_id="p", item_id="i", mode="text", text=text, reply_prefix=reply_prefix)


def read(model: TinyModel, ids: tuple[int, ...]) -> str:
    """Decoded tokens, with the differences that tokenizers make taken out."""
    return "".join(str(model.tokenizer.decode(list(ids))).casefold().split())


@SPLITTING
@given(
    before=st.text("ab Z,(é\n", max_size=12),
    word=st.sampled_from(["black", "Jamal", "naïveté", "African American", "x", "straße"]),
    after=st.text("ab Z,)é\n", max_size=12),
)
def test_the_position_is_that_of_the_token_that_completes_the_word(
    model: TinyModel, before: str, word: str, after: str
) -> None:
    text = f"{before} {word}. {after}"
    found = locate(model, mention(text, word))
    end = "".join(f"{before} {word}".casefold().split())
    assert end in read(model, found.token_ids[: found.position + 1])
    assert end not in read(model, found.token_ids[: found.position])


@SPLITTING
def test_words_are_split_so_that_the_last_of_several_tokens_is_meant(model: TinyModel) -> None:
    found = locate(model, mention("It was splotchyish", "splotchyish"))
    lengths = [len(read(model, found.token_ids[: found.position + 1 - back])) for back in (0, 1, 2)]
    assert lengths[0] - lengths[2] < len("splotchyish")
    assert read(model, found.token_ids[: found.position + 1]).endswith("splotchyish")


@SPLITTING
def test_the_last_of_several_occurrences_is_meant(model: TinyModel) -> None:
    text = "black and blackish, (black) or black-and-white; no blackness"
    found = locate(model, mention(text))
    kept = read(model, found.token_ids[: found.position + 1])
    assert kept.rpartition("(")[2].startswith("black)orblack")
    assert "white" not in kept


@SPLITTING
def test_an_occurrence_outside_the_users_message_does_not_count(model: TinyModel) -> None:
    echoing = TinyModel(
        None,
        model.tokenizer,
        model.adds_special_tokens,
        form="No black or white. {text} Say black or white: ",
    )
    found = locate(echoing, mention("The black cat"), reply_prefix="The black cat is black")
    kept = read(echoing, found.token_ids[: found.position + 1])
    assert kept.endswith("noblackorwhite.theblack")


@SPLITTING
def test_what_is_written_of_the_reply_does_not_move_the_position(model: TinyModel) -> None:
    asked = locate(model, mention("Who is black?"))
    begun = locate(model, mention("Who is black?"), reply_prefix=" Sure: black is")
    assert begun.position == asked.position
    assert len(begun.token_ids) > len(asked.token_ids)
    assert begun.token_ids[: asked.position + 1] == asked.token_ids[: asked.position + 1]


@pytest.mark.parametrize("model", [BYTES, PIECES], ids=["bytes", "pieces"])
def test_a_token_that_closes_every_text_is_left_out(model: TinyModel) -> None:
    found = locate(model, mention("all black"))
    assert model.tokenizer.encode("x")[-1] == model.tokenizer.eos_token_id
    assert found.token_ids[-1] != model.tokenizer.eos_token_id


def test_a_token_may_hold_more_than_the_word() -> None:
    found = locate(TinyModel(None, between_spaces(), form="<u> {text}"), mention("It was (black),"))
    assert found.token_ids[found.position] == 1
    assert found.position == 3


def test_special_tokens_before_the_text_shift_the_position() -> None:
    bare = locate(TinyModel(None, Pieces(), form="{text}"), mention("all black"))
    opened = locate(TinyModel(None, Pieces(), True, form="{text}"), mention("all black"))
    assert opened.position == bare.position + 1
    assert opened.token_ids[0] == 1


class Altering:
    """A ReadableModel whose form changes the message."""

    module = None
    tokenizer = BYTE_PAIRS.tokenizer
    adds_special_tokens = False

    def __init__(self, alter: Any) -> None:
        self.alter = alter

    def render(self, text: str, reply_prefix: str = "") -> str:
        return f"user: {self.alter(text)}\nassistant: {reply_prefix}"


@pytest.mark.parametrize(
    "alter",
    [str.strip, lambda text: text.replace("\n", " "), lambda text: text.replace(".", " .")],
)
def test_a_form_that_touches_up_the_message_leaves_the_word_where_it_is(alter: Any) -> None:
    model = Altering(alter)
    found = locate(model, mention("\nblack.\nAll of it was black.\n"), reply_prefix="black")
    kept = model.tokenizer.decode(found.token_ids[: found.position + 1])
    assert kept.endswith("All of it was black")


def test_a_form_that_takes_the_word_out_is_refused() -> None:
    with pytest.raises(LayersNotFound, match="leaves out the word 'black' of m/1"):
        locate(Altering(str.upper), mention("all black"), reply_prefix="black")


@pytest.mark.parametrize("text", ["blackish", "Black", "", "a blackbird"])
def test_a_text_without_its_word_is_an_error_of_the_prompts(text: str) -> None:
    with pytest.raises(BatteryInvalid, match="m/1 does not hold the word 'black'"):
        locate(BYTE_PAIRS, mention(text))


class Mute(Pieces):
    """A tokenizer whose tokens cannot be read back."""

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        return "?" * len(tokens)


def test_a_tokenizer_that_cannot_say_which_token_is_which_is_refused() -> None:
    with pytest.raises(LayersNotFound, match="does not say which tokens hold 'black'"):
        locate(TinyModel(None, Mute()), mention("all black"))


@SPLITTING
def test_every_occurrence_in_message_and_reply_is_found_and_none_in_the_form(
    model: TinyModel,
) -> None:
    echoing = TinyModel(
        None, model.tokenizer, model.adds_special_tokens, form="white: {text}\nwhite: "
    )
    text, reply = "Pair black and white, black!", "black - agony, white - bliss, blackish"
    ids, positions = find_positions(echoing, text, ["white", "black"], reply=reply)
    ends = [read(echoing, ids[: position + 1]) for position in positions]
    assert len(positions) == 5
    assert list(positions) == sorted(positions)
    assert [end.rpartition("white:")[2] for end in ends] == [
        "pairblack",
        "pairblackandwhite",
        "pairblackandwhite,black",
        "black",
        "black-agony,white",
    ]


def test_no_word_has_no_position() -> None:
    ids, positions = find_positions(BYTE_PAIRS, "the one or the other", ["black"])
    assert positions == ()
    assert find_positions(BYTE_PAIRS, "the one or the other", []) == (ids, ())


def test_the_ids_are_those_of_the_located_text() -> None:
    ids, positions = find_positions(BYTE_PAIRS, "it was black", ["black"], reply="so")
    found = locate(BYTE_PAIRS, mention("it was black"), reply_prefix="so")
    assert ids == found.token_ids
    assert positions == (found.position,)


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("black-and-white", ["black", "white"], ["black", "white"]),
        ("an African American", ["African", "African American"], ["African American"]),
        ("blacks, Black, _black, black", ["black"], ["black"]),
        ("a.b (a+b)", ["a+b"], ["a+b"]),
        ("schwarze Häuser", ["Häuser", "H"], ["Häuser"]),
        ("anything", ["", "thing"], []),
        ("anything", [], []),
    ],
)
def test_only_whole_words_are_found(text: str, words: list[str], found: list[str]) -> None:
    assert [text[span.start : span.end] for span in find_words(text, words)] == found


def test_the_ids_are_those_that_the_backend_scores(tmp_path: Path) -> None:
    model = TransformersModel(write_tiny_checkpoint(tmp_path / "llama"))
    prompt = asked("all black", reply_prefix="It is")
    found = locate(model, mention("all black"), reply_prefix="It is")
    assert found.token_ids == tuple(model.encode(prompt).prompt_ids)


@pytest.mark.slow
def test_a_real_tokenizer_places_every_form_of_a_word() -> None:
    path = resolve_model("demo").path
    assert path is not None
    model = TransformersModel(path, OpenOptions(n_threads=1))
    for text, word in [
        ("black", "black"),
        ("The jury was all (black).", "black"),
        ("Say blackness,black and Black", "black"),
        ("Black\nblack\n", "black"),
        ("We met Lakisha Wojciechowski, who left", "Wojciechowski"),
    ]:
        found = locate(model, mention(text, word))
        before, kept = (
            model.tokenizer.decode(found.token_ids[: found.position + extra]) for extra in (0, 1)
        )
        assert kept.rstrip(".,)\n").endswith(word)
        assert not before.endswith(word)
        assert found.token_ids == tuple(model.encode(asked(text)).prompt_ids)
