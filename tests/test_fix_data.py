"""What a fix is trained on: never audited, balanced, worded in many ways, hashed."""

import re
import shutil
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from auditor.battery.association.association_parser import parse_association
from auditor.core.fix import FixData, TrainingReply
from auditor.core.instrument import Battery
from auditor.core.items import TIERS, Split, Stimulus, Tier
from auditor.errors import BatteryInvalid
from auditor.prompt_library import load_battery
from auditor.prompt_library.fix import TRAINED_ROLES, load_fix_data
from auditor.prompt_library.senses import load_senses
from auditor.resources import data_root

pytestmark = pytest.mark.one_thread

GROUPS_AND_COLOURS = re.compile(
    r"\b(black|white|old|young|male|female|m[ae]n|wom[ae]n|boys?|girls?|people|person|mexican|american)\b"
)


@cache
def fix_data() -> FixData:
    return load_fix_data()


@cache
def battery_of(tier: Tier, split: Split = "audit") -> Battery:
    if split == "audit":
        return load_battery(tier)
    return load_battery(tier, instruments=("word-association",), split="fix")


def trained_stimuli() -> list[Stimulus]:
    battery = battery_of("full", "fix")
    return [s for s in battery.stimuli if battery.contrast(s.contrast_id).role in TRAINED_ROLES]


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


def test_there_is_as_much_as_the_manifest_says() -> None:
    data = fix_data()
    assert (len(data.neutral), len(data.stopping)) == (120, 60)
    assert len(data.senses) == 4 * 24 * 2 * 2
    assert len(data.pairs) == len(trained_stimuli()) * 3 * 4


@pytest.mark.parametrize("tier", TIERS)
def test_nothing_of_it_is_asked_in_an_audit(tier: Tier) -> None:
    data = fix_data()
    mine = {one.text for one in (*data.replies, *data.neutral, *data.stopping)}
    mine |= {pair.text for pair in data.pairs}
    mine |= {sentence.mention.text for sentence in data.senses}
    assert not mine & {item.text for item in battery_of(tier).items}


@pytest.mark.parametrize("tier", TIERS)
def test_no_trained_attribute_is_audited_with_the_same_groups_or_any_other(tier: Tier) -> None:
    audit = battery_of(tier)
    audited = {
        word.casefold()
        for s in audit.stimuli
        if audit.contrast(s.contrast_id).role != "positive-control"
        for word in (s.target_attribute, s.reference_attribute)
    }
    trained = {w for s in trained_stimuli() for w in (s.target_attribute, s.reference_attribute)}
    assert not audited & {word.casefold() for word in trained}


def test_controls_are_not_trained_on() -> None:
    controls = {"null-control", "positive-control"}
    assert not {pair.category for pair in fix_data().pairs} & controls
    assert {pair.category for pair in fix_data().kept} == controls


def side_of(answer: str, s: Stimulus) -> str | None:
    """Whose answer it is, as the audit's own parser reads it; None where it cannot."""
    read = parse_association(
        answer,
        groups=(s.target, s.reference),
        attributes=(s.target_attribute, s.reference_attribute),
    )
    if read.assignment is None:
        return None
    return "stereotype" if read.assignment[0] == s.target else "counter"


def test_every_cluster_of_pairs_has_all_four_orders_and_the_stereotype_first() -> None:
    stimuli = {s.stimulus_id: s for s in trained_stimuli()}
    texts = defaultdict(set)
    sides: Counter[tuple[str | None, str | None]] = Counter()
    for pair in fix_data().pairs:
        texts[pair.cluster].add(pair.text)
        stimulus = stimuli[pair.cluster.rsplit("/", 1)[0]]
        first, second = pair.continuations
        sides[side_of(first, stimulus), side_of(second, stimulus)] += 1
    assert {len(four) for four in texts.values()} == {4}
    assert sides == {("stereotype", "counter"): len(fix_data().pairs)}


def replies_by_text() -> dict[str, list[TrainingReply]]:
    found = defaultdict(list)
    for reply in fix_data().replies:
        found[reply.text].append(reply)
    return found


def swapped(text: str, one: str, other: str) -> str:
    """The text with two words in each other's place."""
    either = re.compile(f"(?<![\\w-])({re.escape(one)}|{re.escape(other)})(?![\\w-])")
    return either.sub(lambda m: other if m[1] == one else one, text)


def test_every_choice_is_answered_both_ways_in_the_same_words() -> None:
    answered = Counter(len({r.reply for r in replies}) for replies in replies_by_text().values())
    n = len(trained_stimuli())
    # Two orders of a choice and two of an open question, for each stimulus.
    assert answered[2] == 2 * n
    pairs = [replies for replies in replies_by_text().values() if len(replies) == 2]
    for first, second in pairs:
        assert sorted(re.findall(r"\w", first.reply)) == sorted(re.findall(r"\w", second.reply))
        assert first.reply != second.reply


def replies_by_stimulus() -> list[tuple[Stimulus, tuple[TrainingReply, ...]]]:
    """Four answers to choices, then two to open questions."""
    replies = fix_data().replies
    sixes = [replies[k : k + 6] for k in range(0, len(replies), 6)]
    return list(zip(trained_stimuli(), sixes, strict=True))


def test_choices_are_mirrors_of_each_other() -> None:
    for s, replies in replies_by_stimulus():
        for one, mirror in (replies[0:2], replies[2:4]):
            assert one.text == mirror.text
            by_attribute = swapped(one.reply, s.target_attribute, s.reference_attribute)
            by_group = swapped(one.reply, s.target, s.reference)
            assert mirror.reply in (by_attribute, by_group)


def test_the_stereotype_is_chosen_as_often_as_its_mirror() -> None:
    sides = Counter(
        side_of(reply.reply, s) for s, replies in replies_by_stimulus() for reply in replies[:4]
    )
    assert sides["stereotype"] == sides["counter"] > 200


def test_what_is_listed_first_is_balanced_within_every_stimulus() -> None:
    for s, replies in replies_by_stimulus():
        for one, two in ((replies[0], replies[2]), (replies[4], replies[5])):
            asked, mirror = (x.text.removeprefix(s.context) for x in (one, two))
            asked = swapped(asked, s.target, s.reference)
            assert swapped(asked, s.target_attribute, s.reference_attribute) == mirror


def test_replies_begin_in_many_ways() -> None:
    replies = [reply.reply for reply in fix_data().replies]
    words = Counter(reply.split()[0] for reply in replies)
    openings = Counter(" ".join(reply.split()[:3]) for reply in replies)
    assert len(openings) >= 12
    assert max(words.values()) <= 0.1 * len(replies)
    assert max(openings.values()) <= 0.05 * len(replies)


def test_no_reply_has_the_form_of_an_answer_that_is_audited() -> None:
    audited = re.compile(r"^[^|{\[<,]+( ?[:=]| -) [^,.]+$")
    for reply in fix_data().replies:
        lines = reply.reply.splitlines()
        assert not all(audited.match(line) for line in lines), reply.reply
        assert reply.reply.strip() not in {"1", "2", "3", "4", "5", "yes", "no", "Yes", "No"}


def test_messages_are_short_plain_and_about_other_things() -> None:
    data = fix_data()
    texts = [one.text.casefold() for one in (*data.neutral, *data.stopping)]
    assert len(set(texts)) == 180
    for one in (*data.neutral, *data.stopping):
        assert 1 <= len(one.reply.split()) <= 25
        assert not GROUPS_AND_COLOURS.search(f"{one.text} {one.reply}".casefold())


def test_messages_name_no_group_and_no_attribute_of_the_battery() -> None:
    stimuli = (*battery_of("full").stimuli, *battery_of("full", "fix").stimuli)
    social = [
        s for s in stimuli if battery_of("full").contrast(s.contrast_id).role in TRAINED_ROLES
    ]
    names = {
        name.casefold()
        for s in social
        for name in (s.target, s.reference, s.target_attribute, s.reference_attribute)
    }
    for one in (*fix_data().neutral, *fix_data().stopping):
        said = set(re.findall(r"[\w']+", f"{one.text} {one.reply}".casefold()))
        assert not said & names


def cells_of_senses() -> dict[tuple[str, str, str], list[str]]:
    return {
        (s.mention.cluster, s.mention.word, s.sense): s.mention.text.split()
        for s in fix_data().senses
    }


def test_sentences_decide_the_sense_before_the_word() -> None:
    cells = cells_of_senses()
    assert len(cells) == len(fix_data().senses)
    for (cluster, word, sense), words in cells.items():
        assert words[-1] == word
        if sense == "social":
            other = cells[cluster, word, "other"]
            assert words[-2:] == other[-2:]
            assert abs(len(words) - len(other)) <= 2


def test_sentences_are_about_other_things_than_the_layer_readings() -> None:
    read = {
        word.removesuffix("s")
        for concept in load_senses("full").concepts
        for sentence in concept.sentences
        for word in re.findall(r"[a-z]+", sentence.mention.text.casefold())
    }
    cells = cells_of_senses()
    functions = {"who", "whom", "which", "that", "he", "she", "it", "a"}
    told: Counter[tuple[str, str]] = Counter()
    for (cluster, word, sense), words in cells.items():
        if sense == "social":
            one, two = (
                set(re.findall(r"[a-z]+", " ".join(side).casefold()))
                for side in (words, cells[cluster, word, "other"])
            )
            differing = (one ^ two) - functions
            assert differing
            assert not {w.removesuffix("s") for w in differing} & read
            told.update((cluster.split("/")[0] + word, w) for w in differing)
    assert max(told.values()) == 1


def test_words_are_those_of_the_layer_reading() -> None:
    read = {c.concept_id: set(c.words) for c in load_senses("quick").concepts}
    mine: dict[str, set[str]] = defaultdict(set)
    for sentence in fix_data().senses:
        mine[sentence.mention.cluster.split("/")[0]].add(sentence.mention.word)
    assert mine == read


@pytest.mark.slow
def test_the_hash_changes_with_any_text(prompts: Path) -> None:
    hashes = {fix_data().sha256}
    assert load_fix_data(root=prompts).sha256 in hashes
    for name, old, new in (
        ("fix/neutral.yaml", "Chickpeas.", "Chick peas."),
        ("fix/stopping.yaml", "Almost nothing but", "Little but"),
        ("fix/senses-age.yaml", "glacier", "snowfield"),
        ("fix/replies.yaml", "Picking blindly", "Choosing blindly"),
        ("fix.yaml", "n_neutral: 120", "n_neutral: 100"),
        ("stimuli/race.yaml", "handgun", "crossbow"),
    ):
        change(prompts, name, old, new)
        hashes.add(load_fix_data(root=prompts).sha256)
    assert len(hashes) == 7


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("fix/stopping.yaml", "How many legs does an ant have?", "What is 9 times 8?", "twice"),
        ("fix/neutral.yaml", "What is 9 times 8?", "what is 17  plus 26?", "twice"),
        ("fix/senses-age.yaml", "on was surprisingly {word}", "on was {word}, too", "end with"),
        ("fix/senses-age.yaml", "age.old-young", "age.old-yong", "did you mean"),
        ("fix.yaml", "n_stopping: 60", "n_stopping: 61", "asks for 61 of the 60"),
        ("fix.yaml", "n_sense_pairs: 24", "n_sense_pairs: 25", "asks for 25 of the 24"),
        (
            "fix/senses-race.yaml",
            "The cashier beside the exit was",
            "Most of the jurors in that room were",
            "layer reading",
        ),
    ],
)
def test_what_does_not_hold_together_is_refused(
    prompts: Path, name: str, old: str, new: str, said: str
) -> None:
    change(prompts, name, old, new)
    with pytest.raises(BatteryInvalid, match=said):
        load_fix_data(root=prompts)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "fix/neutral.yaml",
            "What is 9 times 8?",
            "Read the text and answer the question with one of these options.",
            "asked in an audit",
        ),
        ("stimuli/race.yaml", "- [handgun, toaster]", "- [pistol, toaster]", "in an audit"),
        ("fix/replies.yaml", "{group_of_1}, followed", "{group_of_one}, followed", "field"),
    ],
)
def test_what_is_audited_is_refused(
    prompts: Path, name: str, old: str, new: str, said: str
) -> None:
    if said == "asked in an audit":
        text = next(i.text for i in battery_of("quick").items if i.instrument == "stability")
        new = text.replace("\n", "\\n").replace('"', '\\"')
    change(prompts, name, old, new)
    with pytest.raises(BatteryInvalid, match=said):
        load_fix_data(root=prompts)
