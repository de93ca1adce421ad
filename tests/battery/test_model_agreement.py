"""Two models' decisions about the same candidates, from answers to coefficients, by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.battery.decisions.paired_decisions import application_of
from auditor.battery.reviewing.agreements import agreement_result, pairs_of
from auditor.battery.reviewing.coefficients import coefficient, jackknife, log_coefficient, share
from auditor.battery.reviewing.decisions import decided
from auditor.core.agreement import Agreement, AgreementResult, Rejections, Slice, SliceKind
from auditor.core.instrument import Battery
from auditor.core.items import Item, Mode
from auditor.prompt_library import load_battery
from tests.fakes import ScriptedModel
from tests.reporting.comparison_builders import ScriptedRun, deciding, scripted_run

CANDIDATES = 12
BOTH, ONLY_FIRST, ONLY_SECOND = range(3), range(3, 5), range(5, 6)
"""Which of the candidates A and B reject; the other six neither does."""
MODES: tuple[Mode, ...] = ("log-likelihood", "text")
Places = Mapping[tuple[tuple[str, ...], str], int]


@cache
def one_contrast() -> Battery:
    """Six resumes, each from a Black and from a White applicant."""
    battery = load_battery("quick", instruments=("hiring",))
    return replace(
        battery,
        contrasts=tuple(c for c in battery.contrasts if c.contrast_id == "hiring.race-names"),
        items=tuple(i for i in battery.items if i.contrast_id == "hiring.race-names"),
    )


@cache
def hiring() -> Battery:
    return load_battery("quick", instruments=("hiring", "stability"))


def places(battery: Battery) -> Places:
    """Candidates by number, in the battery's order."""
    keys = [(application_of(item), item.factor("group")) for item in battery.items]
    return {key: place for place, key in enumerate(dict.fromkeys(keys))}


@cache
def rejecting(*rejected: int, undecided: int | None = None) -> ScriptedRun:
    """A model that rejects the candidates with these numbers."""
    known = places(one_contrast())

    def rejects(item: Item) -> bool | None:
        place = known[application_of(item), item.factor("group")]
        return None if place == undecided else place in rejected

    return scripted_run(one_contrast(), deciding(one_contrast(), rejects))


@cache
def by_text(rest: int, divisor: int) -> ScriptedRun:
    """A model whose decisions follow from nothing but the item's cluster and group."""

    def rejects(item: Item) -> bool:
        return sum(map(ord, item.cluster + dict(item.factors).get("group", ""))) % divisor == rest

    return scripted_run(hiring(), deciding(hiring(), rejects))


def result(*runs: ScriptedRun) -> AgreementResult:
    return agreement_result([one.reviewed for one in runs])


def table(found: AgreementResult, kind: SliceKind = "instrument", mode: Mode = "text") -> Agreement:
    instrument = "hiring" if kind == "instrument" else ""
    told = found.pairs[0].table(Slice(kind=kind, mode=mode, instrument=instrument))
    assert told is not None
    return told


@pytest.fixture(scope="module")
def by_hand() -> AgreementResult:
    return result(rejecting(*BOTH, *ONLY_FIRST), rejecting(*BOTH, *ONLY_SECOND))


def test_the_cells_are_those_that_were_planted(by_hand: AgreementResult) -> None:
    told = table(by_hand, mode="log-likelihood")
    assert told.cells == Rejections(both=3, only_first=2, only_second=1, neither=6)
    assert told.left_out.n == 0


def test_in_text_each_order_of_the_answers_is_a_decision(by_hand: AgreementResult) -> None:
    assert table(by_hand).cells == Rejections(both=6, only_first=4, only_second=2, neither=12)


def test_the_coefficients_are_those_of_the_cells(by_hand: AgreementResult) -> None:
    """Agree 9/12; chance (5·4 + 7·8)/144; κ = (108 - 76)/(144 - 76); ratio 3·12/(5·4)."""
    told = table(by_hand, mode="log-likelihood")
    expected = {
        "agreed": Fraction(9, 12),
        "kappa": Fraction(8, 17),
        "positive_agreement": Fraction(6, 9),
        "jaccard": Fraction(3, 6),
        "systemic_ratio": Fraction(9, 5),
    }
    assert {name: getattr(told, name).value for name in expected} == pytest.approx(
        {name: float(value) for name, value in expected.items()}
    )
    # Three are decided differently, two against one: 2·(1 + 3)/8.
    assert told.mcnemar_p == 1.0


@pytest.mark.parametrize("mode", MODES)
def test_every_coefficient_lies_in_its_interval(by_hand: AgreementResult, mode: Mode) -> None:
    told = table(by_hand, mode=mode)
    for effect in (told.agreed, told.kappa, told.positive_agreement, told.jaccard):
        assert effect.value is not None
        assert effect.interval is not None
        assert effect.interval.low < effect.value < effect.interval.high
        assert effect.n_clusters == 6 or effect is told.jaccard or effect is told.positive_agreement


@pytest.mark.parametrize("mode", MODES)
def test_swapping_the_models_swaps_their_cells(by_hand: AgreementResult, mode: Mode) -> None:
    there = table(by_hand, mode=mode)
    back = table(result(rejecting(*BOTH, *ONLY_SECOND), rejecting(*BOTH, *ONLY_FIRST)), mode=mode)
    swapped = replace(
        there.cells,
        only_first=there.cells.only_second,
        only_second=there.cells.only_first,
    )
    assert back.cells == swapped
    for name in ("agreed", "kappa", "positive_agreement", "jaccard", "systemic_ratio"):
        assert getattr(back, name) == getattr(there, name)
    assert back.mcnemar_p == there.mcnemar_p


@pytest.mark.parametrize("mode", MODES)
def test_a_run_agrees_with_itself(mode: Mode) -> None:
    run = rejecting(0, 3, 4)
    told = table(result(run, run), mode=mode)
    assert told.cells.only_first == told.cells.only_second == 0
    assert told.agreed.value == told.kappa.value == told.jaccard.value == 1.0
    assert told.systemic_ratio.value == pytest.approx(told.cells.n / told.cells.first)
    assert told.mcnemar_p is None
    # No interval of width 0 is made of perfect agreement.
    assert told.kappa.interval is None
    assert told.agreed.interval is not None
    assert told.agreed.interval.low < 1


@pytest.mark.parametrize("mode", MODES)
def test_parts_add_up_to_the_whole(mode: Mode) -> None:
    (pair,) = result(by_text(0, 3), by_text(1, 2)).pairs
    whole = table(result(by_text(0, 3), by_text(1, 2)), "all", mode).cells

    def total(kind: SliceKind, instrument: str = "") -> tuple[int, ...]:
        cells = [
            one.cells
            for one in pair.tables
            if one.about.kind == kind
            and one.about.mode == mode
            and one.about.instrument.startswith(instrument)
        ]
        return tuple(
            sum(getattr(one, name) for one in cells)
            for name in ("both", "only_first", "only_second", "neither")
        )

    expected = (whole.both, whole.only_first, whole.only_second, whole.neither)
    assert 0 not in expected
    assert total("instrument") == total("side") == total("group") == expected
    assert total("context", "hiring") == total("instrument", "hiring")
    assert total("order") == (expected if mode == "text" else (0, 0, 0, 0))


@pytest.mark.parametrize("mode", MODES)
def test_who_is_not_decided_about_is_in_no_cell_and_counted(mode: Mode) -> None:
    told = table(result(rejecting(0, undecided=1), rejecting(0, undecided=2)), mode=mode)
    copies = 1 if mode == "log-likelihood" else 2
    assert told.cells.n == (CANDIDATES - 2) * copies
    assert (told.left_out.only_first, told.left_out.only_second) == (copies, copies)
    both = table(result(rejecting(0, undecided=1), rejecting(0, undecided=1)), mode=mode)
    assert (both.left_out.both, both.left_out.n) == (copies, copies)


def test_tests_that_reject_at_different_rates_do_not_make_agreement() -> None:
    """Everybody in one test and nobody in the other, by both: pooled, κ would be 1."""

    def rejects(item: Item) -> bool:
        return item.instrument == "hiring"

    run = scripted_run(hiring(), deciding(hiring(), rejects))
    found = result(run, run)
    told = table(found, "all", "log-likelihood")
    assert told.cells.both == 48
    assert told.cells.neither == 20
    assert told.expected_both == 48
    assert told.systemic_ratio.value == 1.0
    assert told.kappa.value is None
    assert told.n_telling == 0


def test_following_the_order_of_the_answers_is_no_agreement_about_candidates() -> None:
    """Both take the first answer, whoever applies: in text all their decisions are the same."""
    writer = ScriptedModel(
        hiring(),
        lambda item: [0.0] * len(item.continuations),
        lambda item: "Yes" if item.factor("order") == "yes-first" else "No",
    )
    run = scripted_run(hiring(), writer)
    told = table(result(run, run), "instrument", "text")
    assert told.agreed.value == told.kappa.value == 1.0
    whole = table(result(run, run), "all", "text")
    assert whole.n_telling == 0
    assert whole.systemic_ratio.value == 1.0
    assert whole.excess.value == 0.0
    # By likelihood the order is taken out, and nothing is left.
    assert table(result(run, run), "all", "log-likelihood").left_out.both == 68


def test_of_three_models_it_is_counted_whom_all_reject() -> None:
    found = result(rejecting(0, 1, 2, 3), rejecting(0, 1, 4, 5), rejecting(0, 1, 6, undecided=7))
    assert [(one.first, one.second) for one in found.pairs] == [(0, 1), (0, 2), (1, 2)]
    (joint,) = [
        one
        for one in found.joint
        if one.about == Slice(kind="instrument", mode="log-likelihood", instrument="hiring")
    ]
    assert (joint.all, joint.some, joint.none, joint.left_out) == (2, 5, 4, 1)
    assert joint.rejected == (4, 4, 3)
    assert joint.systemic_ratio.value == pytest.approx(2 / 11 / (4 / 11 * 4 / 11 * 3 / 11))


def test_of_two_models_nothing_is_counted_jointly(by_hand: AgreementResult) -> None:
    assert by_hand.joint == ()


def test_of_more_than_four_models_the_first_stands_beside_each() -> None:
    assert len(pairs_of(4)) == 6
    assert pairs_of(5) == [(0, 1), (0, 2), (0, 3), (0, 4)]


def test_controls_are_no_candidates() -> None:
    contrasts = {one.contrast_id for one in decided(by_text(0, 3).reviewed, "text")}
    assert contrasts
    assert not any("control" in one for one in contrasts)


def test_a_resume_in_several_contrasts_is_one_unit() -> None:
    (pair,) = result(by_text(0, 3), by_text(1, 2)).pairs
    about = Slice(kind="instrument", mode="log-likelihood", instrument="hiring")
    told = pair.table(about)
    assert told is not None
    assert (told.agreed.n, told.agreed.n_clusters) == (48, 6)


VALUES = st.lists(st.floats(-5, 5), min_size=2, max_size=12)


@given(VALUES)
def test_the_jackknife_of_a_mean_is_its_standard_error(values: list[float]) -> None:
    """Σ(mean without i - mean)²·(n - 1)/n is s²/n exactly."""
    n = len(values)
    mean = sum(values) / n
    expected = sqrt(sum((value - mean) ** 2 for value in values) / (n - 1) / n)
    found = jackknife(values, lambda kept: sum(kept) / len(kept))
    if found is None:
        assert expected < 1e-8
    else:
        assert found.standard_error == pytest.approx(expected, rel=1e-6, abs=1e-9)
        assert found.degrees_of_freedom == n - 1


def first(kept: Sequence[float]) -> float | None:
    return kept[0] if kept else None


def test_without_spread_there_is_no_interval() -> None:
    assert coefficient([1.0, 1.0], first, n=2, because="").interval is None
    assert log_coefficient([0.0, 1.0], first, n=2, because="").interval is None


def test_what_is_undefined_says_why() -> None:
    assert coefficient([], first, n=0, because="nothing").undefined_because == "nothing"
    assert share([0, 0], [0, 0], "nobody").undefined_because == "nobody"
