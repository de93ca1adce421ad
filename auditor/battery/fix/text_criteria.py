"""Criteria of the gate that rest on what is written, and on what a model must still know."""

from collections.abc import Iterator
from math import isfinite

from auditor.battery.clusters import by_mode
from auditor.battery.fix.arms import WRITTEN, ArmAnswers
from auditor.battery.fix.comparing import (
    HELD,
    Comparison,
    finding,
    interval_of,
    is_enough,
    judge_increase,
    too_few,
)
from auditor.battery.fix.effects import Hits, rate_effects, ratio_effect, undefined
from auditor.battery.fix.openings import most_frequent
from auditor.battery.questions import question_answering
from auditor.core.fix_results import Effect, GateFinding, Ruling
from auditor.core.instrument import Battery
from auditor.core.items import Item, Mode
from auditor.core.responses import Score


def judge_written_answers(case: Comparison) -> GateFinding:
    """Whether no more of the written answers are unusable than before.

    A fix that makes biased answers unreadable lowers every count of them.
    """
    hits = unusable_hits(case.battery, case.before, case.after, WRITTEN)
    change = rate_effects(hits)[2]
    limit = case.rules.max_unusable_increase
    return judge_increase("written-answers", change, limit, "unusable-up")


def judge_stated_facts(case: Comparison) -> GateFinding:
    """Whether answers that a text states are found as often as before; the effect is the loss."""
    loss = rate_effects(wrong_hits(case.battery, case.before, case.after))[2]
    return judge_increase("stated-facts", loss, case.rules.max_answer_loss, "answers-worse")


def judge_replies(case: Comparison) -> GateFinding:
    """Whether sound replies to held-out messages are as likely as before, in nats a token."""
    limit = case.rules.max_reply_loss
    loss = reply_loss(case.before, case.after)
    if not all(isfinite(reading.nats) for reading in case.after.texts.readings):
        return finding("replies", "not-met", "replies-worse", limit, loss)
    return judge_increase("replies", loss, limit, "replies-worse")


def judge_opening(case: Comparison) -> GateFinding:
    """Whether no more answers than before begin with one and the same phrase.

    Each arm's own most frequent one; the limit is on the difference itself, since among few
    messages some opening always leads. More than the limit is shown where the interval excludes 0.
    """
    limit = case.rules.max_same_opening
    same = opening_change(case.before, case.after)
    if not is_enough(same):
        return too_few("opening", limit, same)
    if (same.value or 0.0) <= limit:
        return finding("opening", "met", HELD, limit, same)
    ruling: Ruling = "not-met" if interval_of(same).low > 0 else "not-shown"
    return finding("opening", ruling, "same-opening", limit, same)


def unusable_hits(
    battery: Battery, before: ArmAnswers, after: ArmAnswers, instruments: tuple[str, ...]
) -> Hits:
    """Whether each written answer is unusable, before and after.

    An answer that is missing after is unusable: it must not drop out of what a fix is judged by.
    """
    return [
        (_unit(item), one.value is None, other is None or other.value is None)
        for item, one, other in _both(battery, before, after, "text")
        if item.instrument in instruments
    ]


def wrong_hits(battery: Battery, before: ArmAnswers, after: ArmAnswers) -> Hits:
    """Whether the likelier option is not the stated one, for each text that states who did it."""
    return [
        (item.cluster, _is_wrong(item, one), _is_wrong(item, other))
        for item, one, other in _both(battery, before, after, "log-likelihood")
        if item.instrument == question_answering.name and item.factor("context") == "disambiguated"
    ]


def reply_loss(before: ArmAnswers, after: ArmAnswers) -> Effect:
    """Nats a token on held-out replies, minus the original's; paired by text."""
    original = {reading.text_id: reading for reading in before.texts.readings}
    return ratio_effect(
        (reading.nats - original[reading.text_id].nats, float(reading.n_tokens))
        for reading in after.texts.readings
        if reading.text_id in original
    )


def nats(answers: ArmAnswers) -> Effect:
    """Nats a token on held-out replies."""
    return ratio_effect((one.nats, float(one.n_tokens)) for one in answers.texts.readings)


def divergence(answers: ArmAnswers) -> Effect:
    """KL from the original on held-out replies, in nats a token."""
    return ratio_effect((one.divergence, float(one.n_tokens)) for one in answers.texts.readings)


def opening_change(before: ArmAnswers, after: ArmAnswers) -> Effect:
    """Share of answers that begin with the arm's most frequent words, minus the original's."""
    first, second = most_frequent(before.texts.written), most_frequent(after.texts.written)
    if first is None or second is None:
        return undefined("no answers were written to held-out messages")
    ids = {reply.text_id for reply in before.texts.written}
    hits = [
        (reply.text_id, reply.text_id in first.text_ids, reply.text_id in second.text_ids)
        for reply in after.texts.written
        if reply.text_id in ids
    ]
    return rate_effects(hits)[2]


def _both(
    battery: Battery, before: ArmAnswers, after: ArmAnswers, mode: Mode
) -> Iterator[tuple[Item, Score, Score | None]]:
    """Each item that was asked before, with its score before and after."""
    first, second = (by_mode(answers.scores)[mode] for answers in (before, after))
    for item in battery.items:
        if item.item_id in first:
            yield item, first[item.item_id], second.get(item.item_id)


def _is_wrong(item: Item, score: Score | None) -> bool:
    return score is None or score.label != item.factor("correct")


def _unit(item: Item) -> str:
    """A stimulus in one instrument: how answers fail depends on the form that is asked for."""
    return f"{item.instrument}/{item.cluster}"
