"""The loader: what a tier asks, what the hash covers, and what is refused with which words."""

import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from auditor.battery import BATTERY_INSTRUMENTS, INSTRUMENTS, PAIRING_INSTRUMENTS, POLICY_MEASURES
from auditor.battery.crossing import is_in_order, stimulus_of
from auditor.battery.reviewing.pairing import is_pairable
from auditor.core.instrument import Battery
from auditor.core.items import TIERS, Item, Split, Tier
from auditor.core.policy import Criterion, Policy
from auditor.core.runs import PolicyIdentity
from auditor.errors import BatteryInvalid, PolicyInvalid
from auditor.prompt_library import askers, load_battery, load_policy
from auditor.prompt_library.documents import MAX_BYTES
from auditor.prompt_library.policy import CriterionGroup
from auditor.resources import data_root


@cache
def battery_of(tier: Tier, split: Split = "audit") -> Battery:
    return load_battery(tier, split=split)


CONTRASTS = askers()

ASKS_ALL_CATEGORIES = {*PAIRING_INSTRUMENTS, "question-answering"}

POLICY = """\
name: mine
version: "2"
owner: risk office
description: one limit
criteria:
  - id: implicit
    measure: word-association.score
    contrasts: [gender.terms, age.terms]
    limit: 0.2
"""

Edit = Callable[[str, str, str], Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """A copy of the battery's files with one text replaced in one of them."""

    def edit(name: str, old: str, new: str) -> Path:
        root = tmp_path / "prompts"
        shutil.copytree(str(data_root() / "prompts"), root)
        text = (root / name).read_text(encoding="utf-8")
        assert text.count(old) >= 1
        (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return root

    return edit


def policy_of(tmp_path: Path, text: str) -> tuple[Policy, PolicyIdentity]:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path, known_measures=POLICY_MEASURES, known_contrasts=CONTRASTS)


def by_contrast(battery: Battery, instrument: str) -> dict[str, list[Item]]:
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in battery.items:
        if item.instrument == instrument:
            groups[item.contrast_id].append(item)
    return groups


@pytest.mark.parametrize(
    ("tier", "n_contrasts", "n_stimuli", "n_control", "n_templates"),
    [("quick", 12, 6, 16, 1), ("standard", 16, 12, 24, 2), ("full", 25, 40, 40, 6)],
)
def test_a_tier_asks_what_it_declares(
    tier: Tier, n_contrasts: int, n_stimuli: int, n_control: int, n_templates: int
) -> None:
    battery = battery_of(tier)
    expected = {
        contrast.contrast_id: n_control if contrast.role == "positive-control" else n_stimuli
        for contrast in battery.contrasts
        if set(PAIRING_INSTRUMENTS) & set(contrast.instruments)
    }
    assert len(expected) == n_contrasts
    assert Counter(s.contrast_id for s in battery.stimuli) == expected
    for instrument in PAIRING_INSTRUMENTS:
        found = {name: len(items) for name, items in by_contrast(battery, instrument).items()}
        assert found == {name: 4 * n_templates * n for name, n in expected.items()}
    assert len({item.item_id for item in battery.items}) == len(battery.items)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("instrument", BATTERY_INSTRUMENTS)
def test_every_instrument_has_a_primary_contrast_and_both_controls(
    tier: Tier, instrument: str
) -> None:
    battery = battery_of(tier)
    roles = Counter(c.role for c in battery.contrasts if instrument in c.instruments)
    assert roles["primary"] >= (8 if instrument in ASKS_ALL_CATEGORIES else 1)
    assert roles["positive-control"] >= 1
    assert roles["null-control"] >= 1
    asked = {item.contrast_id for item in battery.items if item.instrument == instrument}
    assert asked == {c.contrast_id for c in battery.contrasts if instrument in c.instruments}


def test_each_tier_is_a_part_of_the_next() -> None:
    smaller: set[Item] = set()
    for tier in TIERS:
        items = set(battery_of(tier).items)
        assert smaller < items
        smaller = items


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("instrument", BATTERY_INSTRUMENTS)
def test_a_tier_has_every_level_of_every_factor_equally_often(tier: Tier, instrument: str) -> None:
    """In every contrast and condition; sampled answers apart, which take one cell on purpose."""
    unbalanced: frozenset[str] = getattr(INSTRUMENTS[instrument], "UNBALANCED", frozenset())
    levels: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for item in battery_of(tier).items:
        if item.instrument == instrument and not item.sample:
            for name, level in item.factors:
                if name not in unbalanced:
                    levels[item.contrast_id, item.condition, name][level] += 1
    assert levels
    for where, counted in levels.items():
        assert len(set(counted.values())) == 1, (where, counted)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("instrument", tuple(PAIRING_INSTRUMENTS))
def test_paired_words_are_balanced_over_orders_domains_and_groups(
    tier: Tier, instrument: str
) -> None:
    for items in by_contrast(battery_of(tier), instrument).values():
        orders = Counter((i.factor("groups"), i.factor("attributes")) for i in items)
        assert len(orders) == 4
        assert len(set(orders.values())) == 1
        templates = Counter(i.template_id for i in items)
        assert len(set(templates.values())) == 1
        domains = Counter(stimulus_of(i).domain for i in items)
        per_stimulus = len(items) // len({i.cluster for i in items})
        assert max(domains.values()) - min(domains.values()) <= per_stimulus
        words = Counter((stimulus_of(i).target, stimulus_of(i).reference) for i in items)
        if len(words) > 1 and items[0].category != "positive-control":
            assert max(words.values()) - min(words.values()) <= per_stimulus


def test_in_the_rotated_tier_no_domain_meets_one_template_only() -> None:
    for instrument in PAIRING_INSTRUMENTS:
        for items in by_contrast(battery_of("quick"), instrument).values():
            met = defaultdict(set)
            for item in items:
                met[stimulus_of(item).domain].add(item.template_id)
            often = {d for d, n in Counter(stimulus_of(i).domain for i in items).items() if n > 4}
            assert all(len(met[domain]) == 2 for domain in often)


def test_no_group_word_meets_one_domain_only() -> None:
    for items in by_contrast(battery_of("full"), "word-association").values():
        met = defaultdict(set)
        for item in items:
            met[stimulus_of(item).target].add(stimulus_of(item).domain)
        if len({stimulus_of(i).domain for i in items}) > 1:
            assert all(len(domains) > 1 for domains in met.values())


@pytest.mark.parametrize("tier", TIERS)
def test_statements_come_with_their_mirrors_and_with_both_scales(tier: Tier) -> None:
    for items in by_contrast(battery_of(tier), "mirrored-statements").values():
        assert 2 * sum(map(is_in_order, items)) == len(items)
        assert 2 * sum(item.continuations[0] == "5" for item in items) == len(items)


def test_what_a_fix_is_trained_on_is_never_audited() -> None:
    audited, trained = battery_of("full"), battery_of("full", "fix")
    assert trained.sha256 == audited.sha256
    assert {item.split for item in trained.items} == {"fix"}
    assert not {i.text for i in audited.items} & {i.text for i in trained.items}
    assert not {i.cluster for i in audited.items} & {i.cluster for i in trained.items}
    assert not {i.template_id for i in audited.items} & {i.template_id for i in trained.items}
    n = Counter(s.contrast_id for s in trained.stimuli)
    assert set(n) == {name for name, asks in CONTRASTS.items() if "word-association" in asks}
    assert min(n.values()) >= 12


def test_the_hash_does_not_depend_on_what_is_asked() -> None:
    quick = load_battery("quick", instruments=["word-association"])
    assert {item.instrument for item in quick.items} == {"word-association"}
    assert quick.sha256 == battery_of("full").sha256


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("stimuli/shared.yaml", "joyful", "joyfull"),
        ("templates/word-association.yaml", "nothing else", "nothing more"),
        ("battery.yaml", 'version: "2.0"', 'version: "2.1"'),
        ("instruments/hiring.yaml", "invited to a job interview", "invited for a job interview"),
        ("conditions.yaml", "unbiased and does", "unbiased and so does"),
    ],
)
def test_any_changed_text_changes_the_hash(edited: Edit, name: str, old: str, new: str) -> None:
    shipped = battery_of("quick").sha256
    assert load_battery("quick", root=edited(name, old, new)).sha256 != shipped


def test_a_copy_and_its_comments_do_not_change_the_hash(edited: Edit) -> None:
    root = edited("stimuli/gender.yaml", "# Gender.", "# Sex and gender.")
    assert load_battery("quick", root=root).sha256 == battery_of("quick").sha256


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("stimuli/race.yaml", "shared/valence", "shared/valense", "did you mean `shared/valence`"),
        ("stimuli/race.yaml", "[guilty, innocent]", "[guilty]", "needs 2 words"),
        ("stimuli/race.yaml", "[guilty, innocent]", "[guilty, no]", "Expected `str`, got `bool`"),
        ("stimuli/race.yaml", "id: race.names", "id: race.terms", "`race.terms` is given twice"),
        ("stimuli/race.yaml", "[black, white]", "[black, white]\n      - [b, w]\n      - [c, d]",
         "share no factor"),
        ("stimuli/age.yaml", "shared/valence, ability", "ability", "must be odd"),
        ("stimuli/age.yaml", "note:", "notes:", "unknown key `notes` in contrasts, entry 1"),
        ("templates/word-association.yaml", ": {group_1}", ": {group1}", "field that is not one"),
        ("battery.yaml", "standard: {n_stimuli", "normal: {n_stimuli", "Invalid enum value"),
        ("battery.yaml", "n_stimuli: 40", "n_stimuli: 80", "more stimuli than"),
        ("battery.yaml", "full: 6}", "full: 7}", "more templates than there are"),
        ("battery.yaml", "stimuli/age.yaml", "stimuli/ages.yaml", "missing or cannot be read"),
        ("battery.yaml", "- name: word-association", "- name: word-asociation",
         "did you mean `word-association`"),
    ],
)  # fmt: skip
def test_battery_files_that_do_not_hold_together_are_refused(
    edited: Edit, name: str, old: str, new: str, says: str
) -> None:
    with pytest.raises(BatteryInvalid) as refusal:
        load_battery("quick", root=edited(name, old, new))
    assert says in str(refusal.value)


def test_an_unknown_instrument_is_refused_by_name() -> None:
    with pytest.raises(BatteryInvalid, match="did you mean `mirrored-statements`"):
        load_battery("quick", instruments=["mirrored-statement"])


def test_the_default_policy_limits_every_primary_contrast_three_ways() -> None:
    policy, identity = load_policy(None, known_measures=POLICY_MEASURES, known_contrasts=CONTRASTS)
    contrasts = [c for c in battery_of("quick").contrasts if c.role == "primary"]
    primary = {c.contrast_id for c in contrasts if "word-association" in c.instruments}
    limited = {(c.measure, c.contrast) for c in policy.criteria}
    for measure in ("word-association.score", "mirrored-statements.score"):
        assert {(measure, contrast) for contrast in primary} <= limited
    of_their_own = {(f"{n}.score", c.contrast_id) for c in contrasts for n in c.instruments}
    assert of_their_own <= limited
    texts = [c for c in policy.criteria if c.measure == "word-association.text-score"]
    assert {c.contrast for c in texts} == primary
    assert {c.max_unusable for c in texts} == {0.2}
    assert {c.limit for c in policy.criteria} == {0.1}
    assert ("word-association.score", "race.names") in limited
    assert (identity.name, identity.version) == (policy.name, policy.version)


def test_a_criterion_is_made_of_every_contrast(tmp_path: Path) -> None:
    policy, identity = policy_of(tmp_path, POLICY)
    assert [c.id for c in policy.criteria] == ["implicit/gender.terms", "implicit/age.terms"]
    assert {c.limit for c in policy.criteria} == {0.2}
    assert identity.sha256 == sha256(POLICY.encode()).hexdigest()


def test_what_a_policy_leaves_out_is_what_a_criterion_leaves_out() -> None:
    defaults = {f.name: f.default for f in fields(Criterion) if f.name != "contrast"}
    assert {f.name: f.default for f in fields(CriterionGroup) if f.name != "contrasts"} == defaults


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("limit:", "limt:", "unknown key `limt` in criteria, entry 1; did you mean `limit`?"),
        ("owner:", "ownr:", "unknown key `ownr`; did you mean `owner`?"),
        ("    limit: 0.2\n", "", "missing required field `limit`"),
        ("limit: 0.2", "limit: ten", "Expected `float`, got `str`"),
        ("limit: 0.2", "limit: 10", "at most 1"),
        ("limit: 0.2", "limit: 0", "above 0"),
        ("limit: 0.2", "limit: .nan", "above 0"),
        ("limit: 0.2", "limit: 0.2\n    limit: 0.3", "line 10, is not valid YAML: the key `limit`"),
        ("limit: 0.2", "limit: 0.2\n    max_unusable: 20", "a share from 0 to 1"),
        ("limit: 0.2", "limit: 0.2\n    min_clusters: 1", "at least 2"),
        ("limit: 0.2", "limit: 0.2\n    max_increase: 0", "above 0 and at most 1"),
        ("limit: 0.2", "limit: 0.2\n    max_increase: .nan", "above 0 and at most 1"),
        ("limit: 0.2", "limit: 0.2\n    max_increase: 1.5", "above 0 and at most 1"),
        ("limit: 0.2", "limit: 0.2\n    on_inconclusive: ignore", "Invalid enum value 'ignore'"),
        ("association.score", "association.scores", "did you mean `word-association.score`?"),
        ("gender.terms", "gender.term", "did you mean `gender.terms`?"),
        ("word-association.score", "hiring.score", "not taken of the contrast `gender.terms`"),
        ("[gender.terms, age.terms]", "[]", "`contrasts` is empty"),
        ("[gender.terms, age.terms]", "[age.terms, age.terms]", "`implicit/age.terms` is given"),
        ("id: implicit", "id: a/b", "without a slash"),
        ("name: mine", "name: [mine", "line 2, is not valid YAML"),
        ("name: mine", "name: 2026-13-45", "is not valid YAML: month must be"),
        ("name: mine", "name: &a mine", "anchors (&) and aliases (*) are not allowed"),
        ("name: mine", "name: !!python/name:os.system x", "could not determine a constructor"),
        ("name: mine", "name: mine\n---\nname: other", "expected a single document"),
        ("name: mine", "name: " + "[" * 200 + "]" * 200, "nested too deeply"),
        ("name: mine", "name: \x07", "is not valid YAML"),
    ],
)
def test_a_mistaken_policy_is_refused_and_the_mistake_named(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    assert old in POLICY
    with pytest.raises(PolicyInvalid) as refusal:
        policy_of(tmp_path, POLICY.replace(old, new, 1))
    assert says in str(refusal.value)
    assert str(refusal.value).startswith(str(tmp_path))
    assert "\n" not in str(refusal.value)


def test_a_margin_is_read_and_what_cannot_be_paired_refuses_it(tmp_path: Path) -> None:
    margin = POLICY.replace("limit: 0.2", "limit: 0.2\n    max_increase: 0.05")
    policy, _ = policy_of(tmp_path, margin)
    assert {c.max_increase for c in policy.criteria} == {0.05}
    for measure in POLICY_MEASURES:
        if measure.endswith("invalid-rate"):
            assert not is_pairable(measure)
    rates = margin.replace("word-association.score", "word-association.invalid-rate")
    with pytest.raises(PolicyInvalid, match="no mean over stimuli that two runs could be paired"):
        policy_of(tmp_path, rates)


def test_two_limits_for_one_measure_are_refused(tmp_path: Path) -> None:
    again = POLICY + POLICY[POLICY.index("  - id") :].replace("id: implicit", "id: again")
    with pytest.raises(PolicyInvalid, match="limit the same measure"):
        policy_of(tmp_path, again)


def test_an_alias_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(PolicyInvalid, match="not allowed"):
        policy_of(tmp_path, "\n".join(lines))


def test_a_file_that_is_no_policy_is_refused_in_one_sentence(tmp_path: Path) -> None:
    def refusal(path: Path) -> str:
        with pytest.raises(PolicyInvalid) as refused:
            load_policy(path, known_measures=POLICY_MEASURES, known_contrasts=CONTRASTS)
        return str(refused.value)

    path = tmp_path / "policy.yaml"
    assert "no policy file" in refusal(path)
    assert "is a folder" in refusal(tmp_path)
    for data, says in {
        b"": "is empty",
        b"# only a comment\n": "is empty",
        b"just words": "Expected `object`",
        b"caf\xe9: 1": "is not UTF-8 text",
        b"x" * (MAX_BYTES + 1): "is larger than",
        POLICY[: POLICY.index("  - id")].encode() + b"  []\n": "has no criteria",
    }.items():
        path.write_bytes(data)
        assert says in refusal(path)
    os.mkfifo(tmp_path / "pipe")
    assert "no policy file" in refusal(tmp_path / "pipe")
