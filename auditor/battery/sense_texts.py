"""Every text in which an ambiguous word is read: sentences, and the battery's own prompts. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.battery.association import mirrored_statements, word_association
from auditor.core.instrument import PairingInstrument, Template, TierPlan
from auditor.core.items import Contrast, Item, Stimulus
from auditor.core.senses import (
    AwarenessCondition,
    AwarenessPrompt,
    Concept,
    LayerPlan,
    Mention,
    Sense,
    SenseSentence,
)

WORD = "{word}"
"""Where the ambiguous word stands in a sentence: at its end."""
_SENSES: tuple[Sense, Sense] = ("social", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedSenses:
    """Sentences that say which sense is meant."""

    social: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keywords:
    """Words that tell a sense, frozen before any model was read."""

    social: tuple[str, ...]
    other: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SenseFile:
    """`prompts/senses/<category>.yaml`: one concept as it is written."""

    category: str
    concept: str
    label: str
    words: tuple[str, str]
    """The battery's target group first."""
    names: tuple[str, str]
    attributes_of: str
    """The contrast whose attribute pairs the words are put beside."""
    stated: StatedSenses
    unrelated: tuple[str, ...]
    keywords: Keywords
    pairs: tuple[tuple[str, str], ...]
    """A social and another sentence, each ending with the word."""


def concept_of(
    file: SenseFile,
    plan: LayerPlan,
    *,
    stimuli: Sequence[Stimulus],
    association_wordings: Sequence[Template],
    statement_wordings: Sequence[Template],
) -> Concept:
    """A concept with all its texts, as many as the tier's plan says.

    Args:
        file: The concept as it is written.
        plan: The tier's.
        stimuli: Of the contrast `attributes_of`, in order of rank; their attributes are used.
        association_wordings: All of the implicit instrument's, whatever the tier: each is a
            cluster, and there are few.
        statement_wordings: All of the explicit instrument's.
    """
    ours = [_on_words(stimulus, file) for stimulus in stimuli]
    return Concept(
        concept_id=file.concept,
        category=file.category,
        label=file.label,
        words=file.words,
        names=file.names,
        sentences=tuple(_sentences(file, plan.n_pairs)),
        awareness=tuple(_awareness(file, plan, ours, association_wordings, statement_wordings)),
        associations=tuple(_associations(file, plan, ours, association_wordings)),
        unrelated=file.unrelated,
        keywords=(file.keywords.social, file.keywords.other),
    )


def _sentences(file: SenseFile, n_pairs: int) -> Iterator[SenseSentence]:
    for number, pair in enumerate(file.pairs[:n_pairs], start=1):
        cluster = f"{file.concept}/{number:02d}"
        for word in file.words:
            for sense, sentence in zip(_SENSES, pair, strict=True):
                mention = Mention(
                    mention_id=f"{cluster}/{sense}/{word}",
                    text=sentence.replace(WORD, word),
                    word=word,
                    cluster=cluster,
                )
                yield SenseSentence(mention=mention, sense=sense)


def _awareness(
    file: SenseFile,
    plan: LayerPlan,
    stimuli: Sequence[Stimulus],
    association_wordings: Sequence[Template],
    statement_wordings: Sequence[Template],
) -> Iterator[AwarenessPrompt]:
    conditions: tuple[tuple[AwarenessCondition, str], ...] = (
        ("ambiguous", ""),
        ("stated-social", file.stated.social),
        ("stated-other", file.stated.other),
    )
    for condition, context in conditions:
        said = [replace(stimulus, context=context) for stimulus in stimuli]
        items = _two_orders(word_association, file, plan, said, association_wordings)
        yield from _mentions(file, condition, items)
    explicit = _two_orders(mirrored_statements, file, plan, stimuli, statement_wordings)
    yield from _mentions(file, "explicit", explicit)


def _mentions(
    file: SenseFile, condition: AwarenessCondition, items: Iterator[Item]
) -> Iterator[AwarenessPrompt]:
    for item in items:
        for word in file.words:
            mention = Mention(
                mention_id=f"{condition}/{item.item_id}/{word}",
                text=item.text,
                word=word,
                cluster=f"{item.instrument}/{item.template_id}",
            )
            yield AwarenessPrompt(mention=mention, condition=condition)


def _two_orders(
    instrument: PairingInstrument,
    file: SenseFile,
    plan: LayerPlan,
    stimuli: Sequence[Stimulus],
    wordings: Sequence[Template],
) -> Iterator[Item]:
    """Each wording with its own attribute pairs, in two of the four orders.

    The two differ in which group comes first; which attribute does alternates over wordings, so
    that both orders of both are equally frequent.
    """
    for place, wording in enumerate(wordings):
        first = place * plan.n_pairings
        mine = [stimuli[(first + k) % len(stimuli)] for k in range(plan.n_pairings)]
        kept = ("target-first", "reference-first")[place % 2]
        for item in _items(instrument, file, mine, [wording], is_rotated=False):
            if item.factor("attributes") == kept:
                yield item


def _associations(
    file: SenseFile, plan: LayerPlan, stimuli: Sequence[Stimulus], wordings: Sequence[Template]
) -> tuple[Item, ...]:
    """One wording a stimulus, in turn, and all four orders."""
    mine = stimuli[: plan.n_ablated_stimuli]
    return _items(word_association, file, mine, wordings, is_rotated=True)


def _items(
    instrument: PairingInstrument,
    file: SenseFile,
    stimuli: Sequence[Stimulus],
    wordings: Sequence[Template],
    *,
    is_rotated: bool,
) -> tuple[Item, ...]:
    plan = TierPlan(n_templates=len(wordings), is_rotated=is_rotated)
    return instrument.items(stimuli, {file.concept: _contrast(file)}, wordings, plan)


def _contrast(file: SenseFile) -> Contrast:
    return Contrast(
        contrast_id=file.concept,
        category=file.category,
        label=file.label,
        role="ladder",
        target=file.words[0],
        reference=file.words[1],
        note="",
        instruments=(word_association.name, mirrored_statements.name),
    )


def _on_words(stimulus: Stimulus, file: SenseFile) -> Stimulus:
    """The stimulus's attributes beside the ambiguous words."""
    own = stimulus.stimulus_id.removeprefix(f"{stimulus.contrast_id}/")
    return replace(
        stimulus,
        stimulus_id=f"{file.concept}/{own}",
        contrast_id=file.concept,
        target=file.words[0],
        reference=file.words[1],
        context="",
    )
