"""Held-out replies: a plain loss, a divergence that is none between equals, whatever the batch."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pytest
import torch

from auditor.core.fix_evidence import HeldOutText, ReplyReading
from auditor.errors import FixNotTrained
from auditor.fixing.held_out import read_replies
from tests.probing.tiny_models import TinyModel, tiny_model

TEXTS = tuple(
    HeldOutText(text_id=f"t{number}", text=text, reply=reply)
    for number, (text, reply) in enumerate(
        [
            ("How many strings does a cello have?", "Four."),
            ("What is denim made from?", "Cotton."),
            ("Which notes make up a C major chord?", "C, E and G."),
            ("How do I take out a splinter?", "Grip its end with tweezers and pull it out."),
            ("Where is the kneecap?", "In front of the joint between thigh and shin."),
            ("How long is a marathon?", "A little over 42 kilometres."),
            ("What is felt?", "Wool fibres that are pressed together while damp."),
            ("Name the part of a ship that steers it.", "The rudder."),
            ("What is a duet?", "A piece for two players or two voices."),
            ("Tell me what a flashing yellow light means.", "Drive on with caution."),
        ]
    )
)
FAMILIES = ["llama", "gemma2", "gpt2", "bloom"]


@contextmanager
def having(network: Any, values: Sequence[torch.Tensor]) -> Iterator[None]:
    """Other weights for a while."""
    own = values_of(network)
    put(network, values)
    try:
        yield
    finally:
        put(network, own)


def values_of(network: Any) -> list[torch.Tensor]:
    return [each.detach().clone() for each in network.parameters()]


@torch.no_grad()
def put(network: Any, values: Sequence[torch.Tensor]) -> None:
    for weight, value in zip(network.parameters(), values, strict=True):
        weight.copy_(value)


def shifted(network: Any, strength: float = 0.05) -> AbstractContextManager[None]:
    """Another model for a while: the same network with other norms."""
    values = [
        each + strength * torch.arange(len(each)).add(number).cos() if each.ndim == 1 else each
        for number, each in enumerate(values_of(network))
    ]
    return having(network, values)


def read_shifted(
    model: TinyModel, texts: tuple[HeldOutText, ...], strength: float = 0.05
) -> tuple[ReplyReading, ...]:
    """The arm has shifted weights; the original is what it is without."""
    original = values_of(model.module)
    with shifted(model.module, strength):
        return read_replies(model, texts, as_original=lambda: having(model.module, original))


def log_probabilities(model: TinyModel, text: HeldOutText) -> tuple[torch.Tensor, list[int]]:
    """By hand: (n_tokens, n_vocabulary) where the reply's tokens are predicted, and these."""
    asked = model.tokenizer.encode(model.render(text.text), add_special_tokens=False)
    whole = model.tokenizer.encode(model.render(text.text, text.reply), add_special_tokens=False)
    start = next(
        (k for k, (a, b) in enumerate(zip(asked, whole, strict=False)) if a != b), len(asked)
    )
    with torch.no_grad():
        logits = model.module(input_ids=torch.tensor([whole])).logits[0]
    return logits[start - 1 : -1].double().log_softmax(-1), whole[start:]


@pytest.mark.parametrize("family", FAMILIES)
def test_nats_are_those_of_a_plain_loss(family: str) -> None:
    model = tiny_model(family)
    for reading, text in zip(
        read_replies(model, TEXTS, as_original=nullcontext), TEXTS, strict=True
    ):
        expected, ids = log_probabilities(model, text)
        labels = torch.tensor(ids)
        loss = torch.nn.functional.nll_loss(expected, labels, reduction="sum")
        assert reading.text_id == text.text_id
        assert reading.n_tokens == len(ids)
        assert reading.nats == pytest.approx(float(loss), rel=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_does_not_diverge_from_itself(family: str) -> None:
    readings = read_replies(tiny_model(family), TEXTS, as_original=nullcontext)
    assert [each.divergence for each in readings] == [0.0] * len(TEXTS)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_divergence_of_an_arm_is_the_one_by_hand(family: str) -> None:
    model = tiny_model(family)
    readings = read_shifted(model, TEXTS)
    for reading, text in zip(readings, TEXTS, strict=True):
        before, ids = log_probabilities(model, text)
        with shifted(model.module):
            after, _ = log_probabilities(model, text)
        expected = torch.nn.functional.kl_div(after, before, reduction="sum", log_target=True)
        assert reading.divergence > 1e-4
        assert reading.divergence == pytest.approx(float(expected), rel=2e-3)
        nats = torch.nn.functional.nll_loss(after, torch.tensor(ids), reduction="sum")
        assert reading.nats == pytest.approx(float(nats), rel=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_no_divergence_is_below_zero(seed: int) -> None:
    model = tiny_model(seed=seed)
    assert min(each.divergence for each in read_shifted(model, TEXTS, 1e-7)) >= 0


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_read_beside_a_text_changes_digits_only(family: str) -> None:
    model = tiny_model(family)
    together = {each.text_id: each for each in read_shifted(model, TEXTS)}
    for texts in (TEXTS[::-1], TEXTS[3:5], TEXTS[8:]):
        for one in read_shifted(model, texts):
            other = together[one.text_id]
            assert one.nats == pytest.approx(other.nats, rel=1e-4)
            assert one.divergence == pytest.approx(other.divergence, rel=5e-3)


def test_another_wording_is_compared_with_the_plain_one() -> None:
    model = tiny_model()

    def ask(text: str) -> str:
        return f"{text} Please be brief."

    worded = read_replies(model, TEXTS, as_original=nullcontext, wording=ask)
    said = tuple(
        HeldOutText(text_id=each.text_id, text=ask(each.text), reply=each.reply) for each in TEXTS
    )
    nats = [each.nats for each in read_replies(model, said, as_original=nullcontext)]
    assert [each.nats for each in worded] == pytest.approx(nats, rel=1e-4)
    assert min(each.divergence for each in worded) > 1e-3
    assert read_replies(model, TEXTS, as_original=nullcontext, wording=str) == read_replies(
        model, TEXTS, as_original=nullcontext
    )


def test_a_reply_without_tokens_is_refused() -> None:
    empty = HeldOutText(text_id="t", text="How long?", reply="")
    with pytest.raises(FixNotTrained, match="cannot be learned"):
        read_replies(tiny_model(), (empty,), as_original=nullcontext)


def test_nothing_is_read_of_nothing() -> None:
    assert read_replies(tiny_model(), (), as_original=nullcontext) == ()
