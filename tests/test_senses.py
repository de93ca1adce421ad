"""The stimuli of the layer reading: balanced, nested, decided before the word, hashed."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from auditor.cli.probe import CONCEPT_NAMES
from auditor.core.items import TIERS, Tier
from auditor.core.senses import AWARENESS_CONDITIONS, Concept
from auditor.errors import BatteryInvalid
from auditor.prompt_library import load_battery
from auditor.prompt_library.senses import load_senses
from auditor.resources import data_root


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    shutil.copytree(str(data_root() / "prompts"), folder)
    return folder


def change(prompts: Path, name: str, old: str, new: str) -> None:
    file = prompts / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(params=TIERS)
def tier(request: pytest.FixtureRequest) -> Tier:
    tier: Tier = request.param
    return tier


def test_the_command_names_every_concept() -> None:
    assert [c.concept_id for c in load_senses("quick").concepts] == list(CONCEPT_NAMES)


def test_full_has_at_least_120_sentences_a_sense() -> None:
    for concept in load_senses("full").concepts:
        counts = Counter(sentence.sense for sentence in concept.sentences)
        assert min(counts.values()) >= 120


def test_every_word_has_both_senses_in_every_pair(tier: Tier) -> None:
    for concept in load_senses(tier).concepts:
        cells = Counter((s.mention.cluster, s.mention.word, s.sense) for s in concept.sentences)
        pairs = {s.mention.cluster for s in concept.sentences}
        assert len(cells) == 2 * len(concept.words) * len(pairs)
        assert set(cells.values()) == {1}


def test_the_word_comes_last_and_the_same_words_before_it() -> None:
    for concept in load_senses("full").concepts:
        for sentence in concept.sentences:
            assert sentence.mention.text.endswith(f" {sentence.mention.word}")
        by_cell = {
            (s.mention.cluster, s.mention.word, s.sense): s.mention.text.split()
            for s in concept.sentences
        }
        for (cluster, word, sense), words in by_cell.items():
            if sense == "social":
                other = by_cell[cluster, word, "other"]
                assert words[-2:] == other[-2:]
                assert abs(len(words) - len(other)) <= 2


def content_words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.lower()))


def test_no_pair_is_told_by_a_noun_of_another_pair() -> None:
    for concept in load_senses("full").concepts:
        told: Counter[str] = Counter()
        cells = {(s.mention.cluster, s.mention.word, s.sense): s.mention for s in concept.sentences}
        for cluster in {s.mention.cluster for s in concept.sentences}:
            social, other = (
                content_words(cells[cluster, concept.words[0], sense].text)
                for sense in ("social", "other")
            )
            told.update(social ^ other)
        # Words such as "everyone" against "everything" may tell two pairs apart, never more.
        assert max(told.values()) <= 2


def test_tiers_are_nested(tier: Tier) -> None:
    smaller, full = load_senses(tier), load_senses("full")
    for mine, whole in zip(smaller.concepts, full.concepts, strict=True):
        assert set(mine.sentences) <= set(whole.sentences)
        assert set(mine.associations) <= set(whole.associations)


def orders(concept: Concept, condition: str) -> Counter[str]:
    found = [a.mention for a in concept.awareness if a.condition == condition]
    return Counter(mention.mention_id.split("/")[-2] for mention in found)


def test_prompts_are_balanced_over_orders(tier: Tier) -> None:
    for concept in load_senses(tier).concepts:
        for condition in AWARENESS_CONDITIONS:
            counts = orders(concept, condition)
            assert set(counts) == {"tt", "tr", "rt", "rr"}
            assert len(set(counts.values())) == 1


def test_conditions_differ_in_the_stated_sense_alone() -> None:
    for concept in load_senses("quick").concepts:
        texts = {
            condition: [a.mention.text for a in concept.awareness if a.condition == condition]
            for condition in AWARENESS_CONDITIONS
        }
        for plain, social, other in zip(
            texts["ambiguous"], texts["stated-social"], texts["stated-other"], strict=True
        ):
            assert social.endswith(plain)
            assert other.endswith(plain)
            assert social != other


def test_race_is_read_in_the_batterys_own_prompts() -> None:
    asked = {item.text for item in load_battery("full").items}
    race = load_senses("quick").concepts[0]
    read = {a.mention.text for a in race.awareness if a.condition in ("ambiguous", "explicit")}
    assert read <= asked


def test_keywords_are_no_words_of_the_concept() -> None:
    for concept in load_senses("quick").concepts:
        for keywords in concept.keywords:
            assert not set(keywords) & {word.lower() for word in concept.words}
            assert all(word == word.lower() for word in keywords)


def test_the_hash_changes_with_any_text(prompts: Path) -> None:
    before = load_senses("quick", root=prompts).sha256
    assert before == load_senses("full").sha256
    hashes = {before}
    for name, old, new in (
        ("senses/race.yaml", "chairs", "stools"),
        ("senses.yaml", "It refers to", "It means"),
        ("stimuli/race.yaml", "[guilty, innocent]", "[guilty, harmless]"),
        ("templates/word-association.yaml", "Each group gets one word.", "One word a group."),
    ):
        change(prompts, name, old, new)
        hashes.add(load_senses("quick", root=prompts).sha256)
    assert len(hashes) == 5


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "senses/race.yaml",
            "in that room were {word}",
            "in that room were {word} too",
            "end with",
        ),
        (
            "senses/race.yaml",
            "attributes_of: race.colour-words",
            "attributes_of: race.colours",
            "race",
        ),
        ("senses.yaml", "causal: [race.black-white]", "causal: [race.black]", "unknown concept"),
        ("senses.yaml", "n_pairs: 60", "n_pairs: 61", "more pairs"),
        ("senses.yaml", "senses/age.yaml", "senses/ages.yaml", "missing"),
        ("senses.yaml", "senses/age.yaml", "senses/race.yaml", "given twice"),
        ("senses.yaml", "  quick:", "  fast:", "fast"),
    ],
)
def test_what_does_not_hold_together_is_refused(
    prompts: Path, name: str, old: str, new: str, said: str
) -> None:
    change(prompts, name, old, new)
    with pytest.raises(BatteryInvalid, match=said):
        load_senses("quick", root=prompts)
