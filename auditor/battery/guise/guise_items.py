"""Sentences crossed with guises, wordings and orders of options: the items of matched guise."""

from collections.abc import Iterator

from auditor.battery.guise.guise_content import (
    Content,
    ContrastEntry,
    FacetEntry,
    Sentences,
    Wording,
)
from auditor.core.items import Contrast, Item, Tier

UNFAVOURABLE_FIRST, FAVOURABLE_FIRST = "unfavourable-first", "favourable-first"
ANSWERS = ("unfavourable", "favourable")


def contrasts_of(content: Content, tier: Tier, instrument: str) -> tuple[Contrast, ...]:
    """The contrasts that a tier asks."""
    return tuple(entry.contrast(instrument) for entry in content.contrasts if tier in entry.sizes)


def items_of_tier(content: Content, tier: Tier, instrument: str) -> Iterator[Item]:
    """Every pair in each of its guises, in the tier's wordings and both orders of the options."""
    for entry in content.contrasts:
        if tier in entry.sizes:
            yield from _items(content, entry, tier, instrument)


def _items(content: Content, entry: ContrastEntry, tier: Tier, instrument: str) -> Iterator[Item]:
    size = entry.sizes[tier]
    facet = content.facet(entry.facet)
    for sentences in content.sentences(entry)[: size.n_pairs]:
        for wording in facet.wordings[: size.n_wordings]:
            for guise, sentence in sentences.by_guise:
                for options in (UNFAVOURABLE_FIRST, FAVOURABLE_FIRST) if wording.options else ("",):
                    factors = (
                        ("facet", entry.facet),
                        ("feature", sentences.feature),
                        ("template", wording.id),
                        ("guise", guise),
                        ("options", options),
                    )
                    yield _item(instrument, entry, facet, wording, sentences, sentence, factors)


def _item(
    instrument: str,
    entry: ContrastEntry,
    facet: FacetEntry,
    wording: Wording,
    sentences: Sentences,
    sentence: str,
    factors: tuple[tuple[str, str], ...],
) -> Item:
    cluster = f"{entry.id}/{sentences.pair_id}"
    level = dict(factors)
    code = "-".join(filter(None, (level["guise"], level["options"])))
    words = facet.words_of(wording)
    # Only a sentence that is itself the answer stands where else the words stand.
    answers = [word for pair in words for word in pair] or [sentence]
    return Item(
        item_id=f"{instrument}/{cluster}/{wording.id}/{code}",
        instrument=instrument,
        category=entry.category,
        contrast_id=entry.id,
        cluster=cluster,
        template_id=wording.id,
        split="audit",
        factors=tuple((name, one) for name, one in factors if one),
        text=_question(wording, sentence, level["options"]),
        continuations=tuple(wording.answer.format(word=answer) for answer in answers),
        # What typing errors do is measured by likelihoods alone.
        max_new_tokens=0 if entry.comparison == "typos" else facet.max_new_tokens,
        answers=ANSWERS * len(words),
    )


def _question(wording: Wording, sentence: str, options: str) -> str:
    listed = wording.options or ("", "")
    if options == FAVOURABLE_FIRST:
        listed = listed[::-1]
    return wording.text.format(text=sentence, option_1=listed[0], option_2=listed[1]).strip()
