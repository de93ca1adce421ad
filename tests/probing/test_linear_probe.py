"""Laws of the splits: what a probe may know of the rows on which it is tested."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from auditor.probing.linear_probe import (
    Design,
    accuracy,
    fit_probe,
    held_out_values,
    make_design,
    relabel,
    seen_pair_values,
)

Array = NDArray[np.float64]
_N_PAIRS = 20
_HIDDEN = 40
_SIGNAL = slice(0, 8)
_ROWS = [(pair, sign, word) for pair in range(_N_PAIRS) for sign in (1.0, -1.0) for word in "ab"]
_SIGNS = np.array([sign for _, sign, _ in _ROWS])


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    with threadpool_limits(limits=1, user_api="blas"):
        yield


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)


@pytest.fixture
def design(rng: np.random.Generator) -> Design:
    return _design(rng)


@pytest.fixture
def states(rng: np.random.Generator, design: Design) -> Array:
    """Noise, the label in some coordinates, and far more of the word."""
    noise = rng.normal(size=(len(_ROWS), _HIDDEN))
    noise[:, _SIGNAL] += _SIGNS[:, None]
    return noise + 5 * rng.normal(size=(2, _HIDDEN))[design.words]


def test_a_fold_is_of_whole_pairs_and_folds_are_alike(design: Design) -> None:
    assert all(len(set(design.folds[design.pairs == pair])) == 1 for pair in range(_N_PAIRS))
    assert np.bincount(design.folds).tolist() == [len(_ROWS) // 5] * 5


def test_the_label_is_found_in_held_out_rows(states: Array, design: Design) -> None:
    values = held_out_values(states, _SIGNS[:, None], design)
    assert accuracy(values, _SIGNS[:, None])[0] > 0.7


def test_labels_of_the_tested_pair_and_of_the_tested_word_are_never_used(
    states: Array, design: Design, rng: np.random.Generator
) -> None:
    tested = (design.words == 0) & (design.folds == 3)
    hidden = (design.words == 0) | (design.folds == 3)
    other = np.where(hidden, rng.choice([-1.0, 1.0], size=len(_SIGNS)), _SIGNS)
    values = held_out_values(states, np.column_stack([_SIGNS, other]), design)
    assert np.array_equal(values[tested, 0], values[tested, 1])
    assert not np.array_equal(values[~tested, 0], values[~tested, 1])


def test_a_tested_row_does_not_move_the_scale_of_the_others(states: Array, design: Design) -> None:
    together = np.flatnonzero((design.words == 1) & (design.folds == 2))
    shifted = states.copy()
    shifted[together[0]] = 100 * shifted[together[0]] + 7
    before = held_out_values(states, _SIGNS[:, None], design)
    after = held_out_values(shifted, _SIGNS[:, None], design)
    assert np.array_equal(before[together[1:]], after[together[1:]])
    assert before[together[0]] != after[together[0]]


def test_where_a_words_states_lie_as_a_whole_does_not_matter(states: Array, design: Design) -> None:
    moved = states + np.array([[100.0], [-3.0]])[design.words]
    before = held_out_values(states, _SIGNS[:, None], design)
    after = held_out_values(moved, _SIGNS[:, None], design)
    assert after == pytest.approx(before, abs=1e-9)


def test_units_do_not_matter(states: Array, design: Design, rng: np.random.Generator) -> None:
    scaled = states * rng.uniform(0.01, 100, size=_HIDDEN)
    before = held_out_values(states, _SIGNS[:, None], design)
    assert held_out_values(scaled, _SIGNS[:, None], design) == pytest.approx(before, abs=1e-9)


def test_many_labellings_at_once_are_as_one_by_one(
    states: Array, design: Design, rng: np.random.Generator
) -> None:
    targets = relabel(_SIGNS, design.pairs, 4, rng=rng)
    together = held_out_values(states, targets, design)
    alone = [held_out_values(states, targets[:, [each]], design)[:, 0] for each in range(4)]
    assert together == pytest.approx(np.column_stack(alone), abs=1e-12)


def test_a_signal_of_each_pair_alone_is_memory_and_nothing_else(rng: np.random.Generator) -> None:
    design = _design(rng)
    own = rng.normal(size=(_N_PAIRS, 400))
    states = _SIGNS[:, None] * own[design.pairs] + 0.1 * rng.normal(size=(len(_ROWS), 400))
    targets = np.column_stack([_SIGNS, relabel(_SIGNS, design.pairs, 200, rng=rng)])
    held_out = accuracy(held_out_values(states, targets, design), targets)
    seen = accuracy(seen_pair_values(states, targets, design), targets)
    assert seen.min() == 1
    assert held_out[0] < np.quantile(held_out[1:], 0.95)
    assert held_out[1:].mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("words", ["ab", "abc"])
def test_states_that_know_no_context_decide_nothing(words: str, rng: np.random.Generator) -> None:
    rows = [(pair, sign, word) for pair in range(7) for sign in (1.0, -1.0) for word in words]
    design = make_design(
        [word for *_, word in rows], [str(pair) for pair, *_ in rows], n_folds=5, rng=rng
    )
    states = rng.normal(size=(len(words), _HIDDEN)).astype(np.float32)[design.words]
    signs = np.array([sign for _, sign, _ in rows])
    targets = np.column_stack([signs, relabel(signs, design.pairs, 50, rng=rng)])
    for classify in (held_out_values, seen_pair_values):
        assert set(accuracy(classify(states, targets, design), targets)) == {0.5}
    assert not fit_probe(states, signs, design.words).direction.any()


def test_a_value_of_zero_is_half_right() -> None:
    values = np.array([[0.0], [1e-9], [-2.0], [0.5]])
    assert accuracy(values, np.array([[1.0], [-1.0], [-1.0], [-1.0]])).tolist() == [0.5]


@pytest.mark.parametrize("n_pairs", [2, 3, 12])
def test_a_relabelling_flips_whole_pairs_but_neither_all_nor_none(n_pairs: int) -> None:
    pairs = np.repeat(np.arange(n_pairs), 4)
    signs = np.tile([1.0, 1.0, -1.0, -1.0], n_pairs)
    flips = relabel(signs, pairs, 300, rng=np.random.default_rng(1)) * signs[:, None]
    by_pair = flips.reshape(n_pairs, 4, 300)
    assert np.array_equal(by_pair.min(axis=1), by_pair.max(axis=1))
    assert np.abs(by_pair[:, 0].sum(axis=0)).max() < n_pairs
    assert by_pair.mean() == pytest.approx(0, abs=0.1)


def test_the_largest_accuracy_of_all_layers_keeps_its_level_where_nothing_is_to_be_found() -> None:
    rng = np.random.default_rng(4)
    n_layers, n_above = 4, 0
    for _ in range(40):
        design = _design(rng, n_folds=2)
        own = rng.normal(size=(_N_PAIRS, _HIDDEN))
        layers = [
            _SIGNS[:, None] * own[design.pairs] + rng.normal(size=(len(_ROWS), _HIDDEN))
            for _ in range(n_layers)
        ]
        noise = relabel(_SIGNS, design.pairs, 1, rng=rng)
        targets = np.hstack([noise, relabel(noise[:, 0], design.pairs, 200, rng=rng)])
        largest = np.max(
            [accuracy(held_out_values(each, targets, design), targets) for each in layers], axis=0
        )
        n_above += int(largest[0] > np.quantile(largest[1:], 0.99))
    assert n_above <= 2


def test_a_probe_on_all_rows_points_to_the_label_one(states: Array, design: Design) -> None:
    probe = fit_probe(states, _SIGNS, design.words)
    assert np.linalg.norm(probe.direction) == pytest.approx(1)
    assert np.square(probe.direction[_SIGNAL]).sum() > 0.5
    projections = states @ probe.direction
    ends = projections[_SIGNS > 0].mean(), projections[_SIGNS < 0].mean()
    assert ends[0] > probe.midpoint > ends[1]
    assert np.mean(ends) == pytest.approx(probe.midpoint)


def test_only_a_step_along_its_direction_moves_a_probes_decision(
    states: Array, design: Design, rng: np.random.Generator
) -> None:
    states = states * rng.uniform(0.1, 10, size=_HIDDEN)
    probe = fit_probe(states, _SIGNS, design.words)
    before = probe.decide(states, design.words)
    along = probe.decide(states + 0.3 * probe.direction, design.words) - before
    assert along.min() > 0
    assert along == pytest.approx(np.full(len(states), along[0]))
    step = rng.normal(size=_HIDDEN)
    across = step - (step @ probe.direction) * probe.direction
    assert probe.decide(states + across, design.words) == pytest.approx(before, abs=1e-9)


def test_the_inverse_labels_give_the_inverse_probe(states: Array, design: Design) -> None:
    one, inverse = (fit_probe(states, sign * _SIGNS, design.words) for sign in (1, -1))
    assert inverse.direction == pytest.approx(-one.direction)
    assert inverse.midpoint == pytest.approx(-one.midpoint)


def _design(rng: np.random.Generator, n_folds: int = 5) -> Design:
    words, pairs = [word for *_, word in _ROWS], [f"{pair:02}" for pair, *_ in _ROWS]
    return make_design(words, pairs, n_folds=n_folds, rng=rng)
