"""The anchor's test: exact, simultaneous over layers, and not too strict for six wordings."""

from itertools import product

import numpy as np
import pytest

from auditor.battery.layers.sign_flips import flip_p_values


def test_one_layer_gives_the_exact_sign_flip_test() -> None:
    differences = np.array([0.4, 0.1, 0.3, -0.2, 0.5])
    flipped = [np.mean(np.array(s) * differences) for s in product((1, -1), repeat=5)]
    expected = np.mean([mean >= differences.mean() - 1e-12 for mean in flipped])
    assert flip_p_values(differences[:, None]) == pytest.approx([expected])


@pytest.mark.parametrize(("n", "p"), [(4, 1 / 16), (5, 1 / 32), (6, 1 / 64)])
def test_complete_agreement_of_n_clusters_has_a_p_of_two_to_the_minus_n(n: int, p: float) -> None:
    """Four wordings can never show anything at 5 %, whatever they say."""
    assert flip_p_values(np.ones((n, 31))) == pytest.approx([p] * 31)


def test_a_layer_without_any_difference_has_a_p_of_one() -> None:
    differences = np.zeros((6, 3))
    differences[:, 1] = 1.0
    p_values = flip_p_values(differences)
    assert p_values[1] == 1 / 64
    assert p_values[[0, 2]].tolist() == [1.0, 1.0]


def test_weak_layers_are_found_beside_strong_ones() -> None:
    """Step-down: a layer that is found no longer stands in the way of the next."""
    rng = np.random.default_rng(3)
    differences = np.hstack([np.full((6, 1), 1.0), 0.3 + 0.05 * rng.standard_normal((6, 1))])
    assert (flip_p_values(differences) <= 0.05).all()


def test_the_order_of_layers_and_of_clusters_does_not_matter() -> None:
    rng = np.random.default_rng(5)
    differences = 0.3 + rng.standard_normal((7, 12))
    p_values = flip_p_values(differences)
    layers, clusters = rng.permutation(12), rng.permutation(7)
    assert flip_p_values(differences[clusters][:, layers]) == pytest.approx(p_values[layers])


@pytest.mark.parametrize("n_real", [0, 3])
def test_one_false_layer_in_at_most_one_of_twenty_searches(n_real: int) -> None:
    """With three real layers among twelve, the other nine still hold the rate together."""
    rng = np.random.default_rng(11)
    n, found = 600, 0
    for _ in range(n):
        common = rng.standard_normal((6, 1))
        differences = 0.7 * common + 0.7 * rng.standard_normal((6, 12))
        differences[:, :n_real] += 3.0
        found += bool((flip_p_values(differences)[n_real:] <= 0.05).any())
    # Three standard errors above 5 % of 600.
    assert found / n <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / n)


def test_many_clusters_are_sampled_the_same_way_each_time() -> None:
    differences = 0.2 + np.random.default_rng(2).standard_normal((20, 4))
    assert flip_p_values(differences).tolist() == flip_p_values(differences).tolist()
    assert (flip_p_values(np.ones((20, 4))) < 0.001).all()
