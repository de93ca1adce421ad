"""Matched guise: the same content in two registers, and what is thought of who says it.

After Hofmann, Kalluri, Jurafsky & King (2024): a question about the speaker of a sentence in a
dialect, and about the speaker of the same sentence in the standard. Sentences differ in one
feature of the dialect each; as a control, the standard sentence with typing errors that surprise a
language model about as much stands in for any unusual text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from auditor.battery.crossing import prompts_in_both_modes
from auditor.battery.guise import guise_measures, guise_readings
from auditor.battery.guise.guise_answers import (
    Readings,
    score_likelihoods,
    score_surprisal,
    score_text,
)
from auditor.battery.guise.guise_content import Content, Facet, check_content
from auditor.battery.guise.guise_items import contrasts_of, items_of_tier
from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.items import Contrast, Item, Mode, Prompt, Split, Tier
from auditor.core.measures import Measure
from auditor.core.responses import Response, Score

UNBALANCED = frozenset[str]()
"""No factor: every guise, feature, wording and order occurs equally often in each contrast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedGuise:
    """The instrument in one language; each language has its own positive control."""

    name: str
    construct: str
    source: str
    readings: Mapping[Facet, Readings]
    """How a written answer is read, for each facet that is asked in text."""
    content: type[Content] = Content

    def check(self, content: Content) -> None:
        """Raises ValueError, with what to mend, where the content does not hold together."""
        check_content(content)
        for facet in content.facets:
            if facet.max_new_tokens and facet.facet not in self.readings:
                raise ValueError(f"no answer to `{facet.facet}` can be read in text")

    def contrasts(self, content: Content, tier: Tier) -> tuple[Contrast, ...]:
        """The contrasts that a tier asks, controls included."""
        return contrasts_of(content, tier, self.name)

    def items(self, content: Content, tier: Tier, split: Split) -> tuple[Item, ...]:
        """The items of one tier; none that a fix could be trained on."""
        return tuple(items_of_tier(content, tier, self.name)) if split == "audit" else ()

    def prompts(self, item: Item) -> tuple[Prompt, ...]:
        """Scored; and answered freely where a short answer can be read."""
        scored, answered = prompts_in_both_modes(item)
        return (scored, answered) if item.max_new_tokens else (scored,)

    def score(self, item: Item, response: Response) -> Score:
        """Unfavourable against favourable: log-odds, or ±1 in text; a sentence's surprisal."""
        facet = cast(Facet, item.factor("facet"))
        if response.mode == "text":
            return score_text(item, response, self.readings[facet])
        if facet == "surprisal":
            return score_surprisal(item, response)
        return score_likelihoods(item, response)

    def measures(
        self, battery: Battery, scores: Sequence[Score], noise: NumericalNoise | None
    ) -> tuple[Measure, ...]:
        """Score, text score and rates of each contrast, excess over typing errors, surprisal."""
        return guise_measures.all_measures(self.name, battery, scores, noise)

    def stimulus_scores(
        self, battery: Battery, scores: Sequence[Score], contrast_id: str, mode: Mode
    ) -> dict[str, float]:
        """The score of each pair of sentences of a contrast, by cluster."""
        return guise_measures.stimulus_scores(self.name, battery, scores, contrast_id, mode)


ENGLISH = MatchedGuise(
    name="matched-guise",
    construct="What is thought of a speaker of African American English",
    source="Hofmann, Kalluri, Jurafsky & King 2024",
    readings=guise_readings.ENGLISH,
)
RUSSIAN = MatchedGuise(
    name="matched-guise-russian",
    construct="What is thought of a speaker of non-standard Russian",
    source="after Hofmann, Kalluri, Jurafsky & King 2024",
    readings=guise_readings.RUSSIAN,
)
