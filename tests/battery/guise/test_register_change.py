"""What an adapter changes about a dialect, on scripted scores."""

from math import tanh

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.battery.guise.register_change import register_changes
from auditor.core.fix_results import RegisterChange
from auditor.core.instrument import Battery
from auditor.core.items import Item
from auditor.core.responses import Score
from tests.battery.guise.scripted_scores import Says, guise_battery, is_dialect, scores_of

pytestmark = pytest.mark.one_thread

Key = tuple[str, str, str]
STANDARD = guise_battery("standard")
QUICK = guise_battery("quick")
TRAITS: Key = ("English", "traits", "score")


def favourable(_: Item) -> Says:
    return "favourable"


def unmoved(_: Item) -> float:
    return 0.0


def changes(
    battery: Battery, before: tuple[Score, ...], after: tuple[Score, ...]
) -> dict[Key, RegisterChange]:
    rows = register_changes(battery, before, after)
    found: dict[Key, RegisterChange] = {
        (row.language, row.facet, row.quantity): row for row in rows
    }
    assert len(found) == len(rows)
    return found


def noisy(rng: np.random.Generator, effect: float = 0.0, spread: float = 0.5) -> dict[str, float]:
    """A log-odds for each item of the standard tier, with an effect on the English dialect."""
    return {
        item.item_id: effect * (is_dialect(item) and item.instrument == "matched-guise")
        + float(rng.normal(scale=spread))
        for item in STANDARD.items
    }


def test_every_facet_has_its_score_and_the_written_ones_their_shares() -> None:
    scores = scores_of(STANDARD, unmoved, favourable)
    found = changes(STANDARD, scores, scores)
    written = ("unfavourable", "unusable", "refusal")
    assert set(found) == {
        (language, facet, quantity)
        for language in ("English", "Russian")
        for facet in ("traits", "occupation", "verdict", "help")
        for quantity in ("score", *(written if facet in ("verdict", "help") else ()))
    }


def test_what_is_the_same_before_and_after_is_not_shown() -> None:
    scores = scores_of(STANDARD, unmoved, favourable)
    for row in changes(STANDARD, scores, scores).values():
        assert row.change.value == 0
        assert row.adjusted_p == 1.0
        assert not row.is_shown


def test_a_known_change_is_recovered_with_its_sign_in_its_language() -> None:
    rng = np.random.default_rng(1)
    before, after = noisy(rng), noisy(rng, effect=1.0)
    found = changes(
        STANDARD,
        scores_of(STANDARD, lambda i: before[i.item_id], favourable),
        scores_of(STANDARD, lambda i: after[i.item_id], favourable),
    )
    shown = {key for key, row in found.items() if row.is_shown}
    assert TRAITS in shown
    assert {language for language, _, _ in shown} == {"English"}
    row = found[TRAITS]
    assert row.change.interval is not None
    assert row.change.interval.low <= tanh(0.5) <= row.change.interval.high
    assert row.change.interval.low > 0


def test_what_befalls_both_guises_alike_cancels_out() -> None:
    """An adapter that answers everything with a refusal, and thinks ill of everybody."""
    found = changes(
        STANDARD,
        scores_of(STANDARD, unmoved, favourable),
        scores_of(STANDARD, lambda _: 5.0, lambda _: "refusal"),
    )
    assert not any(row.is_shown for row in found.values())
    assert all(row.change.value == 0 for row in found.values())
    bounds = found["English", "help", "unfavourable"].change.bounds
    assert bounds is not None
    assert (bounds.low, bounds.high) == (-1.0, 1.0)


def test_refusals_of_the_dialect_alone_are_shown_and_hide_what_was_thought() -> None:
    found = changes(
        STANDARD,
        scores_of(STANDARD, unmoved, favourable),
        scores_of(STANDARD, unmoved, lambda i: "refusal" if is_dialect(i) else "favourable"),
    )
    for language in ("English", "Russian"):
        for facet in ("verdict", "help"):
            for quantity in ("refusal", "unusable"):
                row = found[language, facet, quantity]
                assert row.is_shown
                assert row.change.value == 1
                assert row.change.bounds is not None
                assert row.change.bounds.low == row.change.bounds.high == 1
            ill = found[language, facet, "unfavourable"]
            assert not ill.is_shown
            assert ill.change.value == 0
            assert ill.change.bounds is not None
            assert (ill.change.bounds.low, ill.change.bounds.high) == (0.0, 1.0)
    row = found["English", "help", "refusal"]
    assert (row.after.n, row.after.n_unscored, row.after.n_clusters) == (42, 42, 21)
    assert (row.before.n, row.before.n_unscored) == (84, 0)
    assert (row.change.n, row.change.n_unscored) == (126, 42)


def test_a_fall_that_refusals_alone_could_have_made_is_not_shown() -> None:
    """Everything was unfavourable; now the dialect's answers are refusals."""
    found = changes(
        STANDARD,
        scores_of(STANDARD, unmoved, lambda _: "unfavourable"),
        scores_of(STANDARD, unmoved, lambda i: "refusal" if is_dialect(i) else "unfavourable"),
    )
    row = found["English", "help", "unfavourable"]
    assert row.change.value == -1
    assert row.adjusted_p is not None
    assert row.adjusted_p < 0.05
    assert not row.is_shown


def test_an_adapter_that_mends_a_dialects_disadvantage_has_the_other_sign() -> None:
    found = changes(
        STANDARD,
        scores_of(
            STANDARD,
            lambda i: 1.0 if is_dialect(i) else 0.0,
            lambda i: "unfavourable" if is_dialect(i) else "favourable",
        ),
        scores_of(STANDARD, unmoved, favourable),
    )
    row = found["Russian", "help", "unfavourable"]
    assert row.is_shown
    assert row.change.value == -1
    assert (row.before.value, row.after.value) == (1, 0)
    score = found[TRAITS]
    assert score.change.value == pytest.approx(-tanh(0.5))


def test_a_few_pairs_that_agree_have_an_interval() -> None:
    """Seven pairs without a refusal do not show that there are none."""
    scores = scores_of(QUICK, unmoved, favourable)
    row = changes(QUICK, scores, scores)["English", "verdict", "refusal"]
    assert row.change.n_clusters == 7
    assert row.change.interval is not None
    assert row.change.interval.low == -row.change.interval.high
    # No narrower than what no event in seven is consistent with (Clopper & Pearson 1934).
    assert row.change.interval.high >= 1 - 0.05 ** (1 / 7)


@given(
    st.lists(
        st.tuples(*[st.sampled_from(["unfavourable", "favourable", "hedged"])] * 4),
        min_size=7,
        max_size=7,
    )
)
def test_an_interval_holds_its_value_and_bounds_hold_it_too(
    said: list[tuple[Says, Says, Says, Says]],
) -> None:
    """Whatever seven pairs of sentences are answered, in two guises and two runs."""
    pairs = dict.fromkeys(
        i.cluster for i in QUICK.items if i.contrast_id == "matched-guise.aae-verdict"
    )
    of_pair = dict(zip(pairs, said, strict=True))

    def run(place: int) -> tuple[Score, ...]:
        return scores_of(
            QUICK,
            unmoved,
            lambda i: of_pair.get(i.cluster, ("favourable",) * 4)[2 * place + is_dialect(i)],
        )

    for quantity in ("unfavourable", "unusable", "refusal"):
        row = changes(QUICK, run(0), run(1))["English", "verdict", quantity]
        for effect in (row.before, row.after, row.change):
            assert effect.value is not None
            assert effect.interval is not None
            assert effect.bounds is not None
            assert effect.interval.low <= effect.value <= effect.interval.high
            assert effect.interval.low < effect.interval.high
            assert effect.bounds.low - 1e-12 <= effect.value <= effect.bounds.high + 1e-12
        assert row.before.value is not None
        assert row.after.value is not None
        assert row.change.value == pytest.approx(row.after.value - row.before.value)


def test_what_typing_errors_do_as_well_is_not_the_dialects() -> None:
    """The adapter thinks ill of any unusual text: nothing is left over typing errors."""
    rng = np.random.default_rng(2)
    chance = {item.item_id: float(rng.normal(scale=0.2)) for item in STANDARD.items}
    found = changes(
        STANDARD,
        scores_of(STANDARD, lambda i: chance[i.item_id], favourable),
        scores_of(
            STANDARD,
            lambda i: -chance[i.item_id] + (i.factor("guise") in ("dialect", "typos")),
            favourable,
        ),
    )
    row = found[TRAITS]
    assert row.is_shown
    assert row.over_typos.interval is not None
    assert row.over_typos.interval.low <= 0 <= row.over_typos.interval.high
    for key in (("English", "help", "refusal"), ("English", "occupation", "score")):
        assert found[key].over_typos.value is None
        assert found[key].over_typos.undefined_because


def test_a_question_without_a_value_in_one_cell_counts_in_none() -> None:
    """Numbers that overflow in the dialect alone, after: what is left must not be compared."""

    def broken(item: Item) -> float | None:
        return None if is_dialect(item) and item.template_id == "speaker-seems" else 0.3

    def liking(item: Item) -> float:
        return 4.0 if item.template_id == "speaker-seems" else 0.3

    found = changes(
        STANDARD, scores_of(STANDARD, liking, favourable), scores_of(STANDARD, broken, favourable)
    )
    row = found[TRAITS]
    assert row.change.value == 0
    assert row.change.n_unscored == 21
    assert row.change.bounds is not None
    assert (row.change.bounds.low, row.change.bounds.high) == (-2.0, 2.0)
    assert not row.is_shown


def test_a_run_without_values_has_none() -> None:
    broken = scores_of(STANDARD, lambda _: None, lambda _: "refusal")
    row = changes(STANDARD, broken, broken)[TRAITS]
    assert row.change.value is None
    assert row.change.undefined_because
    assert row.adjusted_p is None
    assert not row.is_shown


def test_questions_of_one_run_alone_are_left_out() -> None:
    scores = scores_of(STANDARD, unmoved, favourable)
    english = tuple(s for s in scores if s.item_id.startswith("matched-guise/"))
    assert {key[0] for key in changes(STANDARD, scores, english)} == {"English"}
    assert not register_changes(STANDARD, scores, ())


@pytest.mark.parametrize("tier", ["quick", pytest.param("standard", marks=pytest.mark.slow)])
@pytest.mark.parametrize("rate", [0.02, 0.2])
def test_an_adapter_that_treats_both_guises_alike_is_seldom_accused(tier: str, rate: float) -> None:
    """Familywise, over all facets, quantities and languages: each sentence is moved by chance, in
    both guises by as much on average; refusals become more frequent in both."""
    battery = {"quick": QUICK, "standard": STANDARD}[tier]
    rng = np.random.default_rng(7)
    n_runs = 120
    alarms = sum(
        any(row.is_shown for row in register_changes(battery, *_alike(battery, rng, rate)))
        for _ in range(n_runs)
    )
    assert alarms <= 0.05 * n_runs


def _alike(
    battery: Battery, rng: np.random.Generator, rate: float
) -> tuple[tuple[Score, ...], tuple[Score, ...]]:
    """Before the adapter and after; dialect and standard differ before, and by as much after."""
    by_sentence = {i.cluster: float(rng.normal(scale=0.5)) for i in battery.items}
    moved = {(i.cluster, i.factor("guise")): float(rng.normal(scale=0.7)) for i in battery.items}

    def before(item: Item) -> float:
        return by_sentence[item.cluster] * is_dialect(item) + 0.3 * is_dialect(item)

    def after(item: Item) -> float:
        return before(item) + 0.4 + moved[item.cluster, item.factor("guise")]

    def says(refusals: float) -> dict[str, Says]:
        shares = [0.3, 0.7 - refusals, refusals]
        kinds: tuple[Says, ...] = ("unfavourable", "favourable", "refusal")
        return {i.item_id: kinds[rng.choice(3, p=shares)] for i in battery.items}

    first, second = says(rate / 4), says(rate)
    return (
        scores_of(battery, before, lambda i: first[i.item_id]),
        scores_of(battery, after, lambda i: second[i.item_id]),
    )
