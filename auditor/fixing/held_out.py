"""Read sound replies to messages that no training saw: what a fix costs, and how far it goes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

import torch
from torch import Tensor

from auditor.core.encoding import EncodedPrompt
from auditor.core.fix import TrainingReply
from auditor.core.fix_evidence import HeldOutText, ReplyReading
from auditor.core.model import ReadableModel
from auditor.errors import FixNotTrained
from auditor.fixing.passes import Passes, Predicted, choose_passes
from auditor.fixing.reading_data import encode_replies

_TEXTS_IN_PASS = 8


def read_replies(
    model: ReadableModel,
    texts: Sequence[HeldOutText],
    *,
    as_original: Callable[[], AbstractContextManager[object]],
    wording: Callable[[str], str] | None = None,
) -> tuple[ReplyReading, ...]:
    """How likely each reply is, and how far the arm's expectations are from the original's.

    `divergence` is Σ KL(original ‖ arm) over the reply's tokens, in nats: exactly 0 where both are
    the same network. Nothing but the last digits depends on which texts are read together.

    Args:
        model: As the arm runs it.
        texts: Messages with their replies.
        as_original: A context within which the model is the original one.
        wording: What the arm makes of a message; None where it asks the message as it is.

    Raises:
        FixNotTrained: A message or its reply makes no tokens.
    """
    original = _encode(model, texts)
    asked = _encode(model, texts, wording) if wording else original
    # The whole of every continuation is read, but its last token.
    sequences = sorted(
        (each.prompt_ids + each.continuation_ids[0] for each in (*original, *asked)), key=len
    )
    passes = choose_passes(model.module, [sequences[0], sequences[-1]] if sequences else [])
    return tuple(_readings(passes, texts, original, asked, as_original))


def _encode(
    model: ReadableModel,
    texts: Sequence[HeldOutText],
    wording: Callable[[str], str] = str,
) -> tuple[EncodedPrompt, ...]:
    return encode_replies(
        model, [TrainingReply(text=wording(each.text), reply=each.reply) for each in texts]
    )


@torch.no_grad()
def _readings(
    passes: Passes,
    texts: Sequence[HeldOutText],
    original: Sequence[EncodedPrompt],
    asked: Sequence[EncodedPrompt],
    as_original: Callable[[], AbstractContextManager[object]],
) -> Iterator[ReplyReading]:
    for start in range(0, len(texts), _TEXTS_IN_PASS):
        part = slice(start, start + _TEXTS_IN_PASS)
        with as_original():
            before = passes.predict(original[part])
        after = passes.predict(asked[part])
        for index, text in enumerate(texts[part]):
            yield _reading(text, before, after, index)


def _reading(text: HeldOutText, before: Predicted, after: Predicted, index: int) -> ReplyReading:
    (one,), (other,) = before.continuations[index], after.continuations[index]
    if not torch.equal(one.tokens, other.tokens):
        raise FixNotTrained(
            f"The reply of {text.text_id} makes other tokens behind another wording, so it cannot "
            "be compared; take it out of the held-out messages."
        )
    expected = _normalised(before.log_probabilities[one.rows])
    found = _normalised(after.log_probabilities[other.rows])
    divergence = float((expected.exp() * (expected - found)).sum())
    nats = -float(found.gather(1, other.tokens[:, None]).sum())
    return ReplyReading(
        text_id=text.text_id,
        n_tokens=len(one.tokens),
        nats=nats,
        # Rounding can bring a divergence of almost nothing below 0.
        divergence=max(0.0, divergence),
    )


def _normalised(log_probabilities: Tensor) -> Tensor:
    """Summing to 1 in double precision, so that a divergence is not below 0 by rounding."""
    return log_probabilities.double().log_softmax(-1)
