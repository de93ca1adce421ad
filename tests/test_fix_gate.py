"""What a fix is judged on: larger where it has to be, with the audit's ids, and hashed."""

import re
import shutil
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from auditor.battery import INSTRUMENTS
from auditor.core.instrument import Battery
from auditor.core.items import TIERS, Split, Tier
from auditor.errors import BatteryInvalid
from auditor.prompt_library import load_battery
from auditor.prompt_library.fix import TRAINED_ROLES, load_fix_data
from auditor.prompt_library.gate import OTHER_INSTRUMENTS, load_gate_battery, load_gate_rules
from auditor.prompt_library.held_out import load_held_out
from auditor.resources import data_root
from tests.test_fix_data import GROUPS_AND_COLOURS

pytestmark = pytest.mark.one_thread

IMPLICIT = "word-association"


@cache
def gate_of(tier: Tier) -> Battery:
    return load_gate_battery(tier)


@cache
def audit_of(tier: Tier, split: Split = "audit") -> Battery:
    return load_battery(tier, instruments=(IMPLICIT, *OTHER_INSTRUMENTS), split=split)


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


@pytest.mark.parametrize("tier", TIERS)
def test_word_association_has_the_stimuli_that_the_rules_ask_for(tier: Tier) -> None:
    gate, size = gate_of(tier), load_gate_rules().tier(tier)
    asked = defaultdict(set)
    for item in gate.items:
        if item.instrument == IMPLICIT:
            asked[item.contrast_id].add(item.cluster)
    assert {stimulus.stimulus_id for stimulus in gate.stimuli} == set().union(*asked.values())
    for contrast_id, clusters in asked.items():
        is_control = gate.contrast(contrast_id).role == "positive-control"
        assert len(clusters) == (size.n_control_stimuli if is_control else size.n_stimuli)


@pytest.mark.parametrize("tier", TIERS)
def test_whatever_the_tier_asks_plainly_is_in_the_gate(tier: Tier) -> None:
    gate = {item.item_id: item for item in gate_of(tier).items}
    audit = {
        item.item_id: item
        for item in audit_of(tier).items
        if item.condition == "question" and item.sample == 0
    }
    assert {name: gate[name] for name in audit} == audit
    assert {gate[name].instrument for name in gate.keys() - audit.keys()} <= {IMPLICIT}
    contrasts = {each.contrast_id for each in audit_of(tier).contrasts}
    assert {each.contrast_id for each in gate_of(tier).contrasts} == contrasts


@pytest.mark.parametrize("tier", TIERS)
def test_items_keep_the_ids_that_they_have_in_an_audit(tier: Tier) -> None:
    known = {item.item_id: item for larger in TIERS for item in audit_of(larger).items}
    gate = gate_of(tier).items
    assert len({item.item_id for item in gate}) == len(gate)
    assert [known[item.item_id] for item in gate] == list(gate)


@pytest.mark.parametrize("tier", TIERS)
def test_wordings_and_orders_are_those_of_the_tier(tier: Tier) -> None:
    def share(battery: Battery) -> dict[tuple[str, ...], float]:
        cells = Counter(
            (item.template_id, item.factor("groups"), item.factor("attributes"))
            for item in battery.items
            if item.instrument == IMPLICIT and item.condition == "question"
        )
        return {cell: n / cells.total() for cell, n in cells.items()}

    assert share(gate_of(tier)) == share(audit_of(tier))


def test_every_gate_item_can_be_asked_and_only_plainly() -> None:
    items = gate_of("quick").items
    assert {(item.condition, item.sample) for item in items} == {("question", 0)}
    assert all(INSTRUMENTS[item.instrument].prompts(item) for item in items)


@pytest.mark.slow
def test_the_hash_of_the_gate_battery_knows_its_items_and_the_audits_hash(prompts: Path) -> None:
    mine = gate_of("quick").sha256
    assert load_gate_battery("quick", root=prompts).sha256 == mine
    hashes = {mine, gate_of("standard").sha256, audit_of("quick").sha256}
    for name, old, new in (
        ("fix/gate.yaml", "n_stimuli: 12", "n_stimuli: 11"),
        ("stimuli/race.yaml", "- [handgun, toaster]", "- [crossbow, toaster]"),
    ):
        change(prompts, name, old, new)
        hashes.add(load_gate_battery("quick", root=prompts).sha256)
    assert len(hashes) == 5


@pytest.mark.slow
def test_files_of_the_fix_are_not_in_the_audits_hash(prompts: Path) -> None:
    audit = audit_of("quick").sha256
    for file in (prompts / "fix.yaml", *(prompts / "fix").iterdir()):
        file.unlink()
    assert load_battery("quick", root=prompts).sha256 == audit


@pytest.mark.slow
def test_what_a_fix_is_judged_by_is_not_in_the_hash_of_what_it_learns(prompts: Path) -> None:
    learned = load_fix_data().sha256
    rules, (_, held_out) = load_gate_rules(), load_held_out()
    change(prompts, "fix/gate.yaml", "min_share_removed: 0.25", "min_share_removed: 0.3")
    change(prompts, "fix/held-out.yaml", "A little over 42", "Some more than 42")
    assert load_fix_data(root=prompts).sha256 == learned
    assert load_gate_rules(root=prompts).sha256 != rules.sha256
    assert load_held_out(root=prompts)[1] != held_out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("max_reply_loss: 0.05", "max_reply_loss: 1.5", "`max_reply_loss` must lie"),
        ("max_reply_loss: 0.05", "max_reply_loss: 0.0", "`max_reply_loss` must lie"),
        ("min_share_removed: 0.25", "min_share_removd: 0.25", "did you mean"),
        ("  quick:", "  full:", "twice"),
        ("n_dial: 3", "n_dial: 0", "quick: `n_dial` must be 1 or more"),
        ("controls: [shuffled]", "controls: [shufled]", "shufled"),
        ("scales: [0.5, 1.5]", "scales: [0.5, 1.0]", "quick: `scales`"),
        ("scales: [0.5, 1.5]", "scales: [0.5, 0.5]", "quick: `scales`"),
        ("scales: [0.5, 1.5]", "scales: [-0.5, 1.5]", "quick: `scales`"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(
    prompts: Path, old: str, new: str, said: str
) -> None:
    change(prompts, "fix/gate.yaml", old, new)
    with pytest.raises(BatteryInvalid, match=said):
        load_gate_rules(root=prompts)


def test_a_missing_tier_is_refused(prompts: Path) -> None:
    file = prompts / "fix/gate.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("  full:")], encoding="utf-8")
    with pytest.raises(BatteryInvalid, match="the tier `full` is missing"):
        load_gate_rules(root=prompts)


def test_more_than_there_is_cannot_be_asked_for(prompts: Path) -> None:
    change(prompts, "fix/gate.yaml", "n_stimuli: 12", "n_stimuli: 99")
    with pytest.raises(BatteryInvalid, match="more stimuli than its"):
        load_gate_battery("quick", root=prompts)
    change(prompts, "fix/gate.yaml", "n_held_out: 80", "n_held_out: 81")
    with pytest.raises(BatteryInvalid, match=r"asks for 81 of the 80 in fix/held-out\.yaml"):
        load_held_out(root=prompts)


def test_held_out_messages_are_short_plain_and_about_other_things() -> None:
    texts, _ = load_held_out()
    assert len(texts) == len({one.text for one in texts}) == len({one.text_id for one in texts})
    for one in texts:
        assert 1 <= len(one.reply.split()) <= 25
        assert not GROUPS_AND_COLOURS.search(f"{one.text} {one.reply}".casefold())


def test_held_out_messages_name_no_group_and_no_attribute_of_the_battery() -> None:
    fix = load_battery("full", instruments=(IMPLICIT,), split="fix")
    roles = {each.contrast_id: each.role for each in audit_of("full").contrasts}
    names = {
        name.casefold()
        for s in (*audit_of("full").stimuli, *fix.stimuli)
        if roles[s.contrast_id] in TRAINED_ROLES
        for name in (s.target, s.reference, s.target_attribute, s.reference_attribute)
    }
    for one in load_held_out()[0]:
        assert not set(re.findall(r"[\w']+", f"{one.text} {one.reply}".casefold())) & names


def test_held_out_replies_begin_in_many_ways() -> None:
    texts, _ = load_held_out()
    openings = Counter(" ".join(one.reply.split()[:3]) for one in texts)
    assert max(openings.values()) <= 2


@pytest.mark.parametrize("name", ["fix/neutral.yaml", "fix/stopping.yaml"])
def test_a_message_that_is_learned_or_watched_is_no_held_out_one(prompts: Path, name: str) -> None:
    text = "How  long is a Marathon?"
    old = {"neutral": "What is 9 times 8?", "stopping": "What do koalas eat?"}
    change(prompts, name, old[Path(name).stem], text)
    for load in (load_held_out, load_fix_data):
        with pytest.raises(BatteryInvalid, match="given twice"):
            load(root=prompts)


@pytest.mark.slow
def test_a_message_that_is_audited_is_no_held_out_one(prompts: Path) -> None:
    asked = next(i.text for i in audit_of("quick").items if '"' not in i.text)
    change(prompts, "fix/held-out.yaml", "How long is a marathon?", asked.replace("\n", "\\n"))
    with pytest.raises(BatteryInvalid, match="asked in an audit"):
        load_fix_data(root=prompts)
