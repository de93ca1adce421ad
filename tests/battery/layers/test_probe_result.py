"""The control band: exact at its level, and not to be cleared by chance."""

import numpy as np
import pytest

from auditor.battery.layers.probe_result import accuracy_limit, conclude_probe
from auditor.core.layer_evidence import ProbeEvidence, SentenceRead
from auditor.core.senses import Sense
from tests.battery.layer_evidence import CLEAR, SILENT, layer_evidence

N_PAIRS, N_VALUES = 8, 6


def null_probe(rng: np.random.Generator, n_shuffles: int) -> ProbeEvidence:
    """A model that knows nothing: true labels and relabelled ones are drawn alike."""
    senses: tuple[Sense, Sense] = ("social", "other")
    keys = [(f"{pair}", sense) for pair in range(N_PAIRS) for sense in senses]
    shape = (len(keys), N_VALUES)
    shuffled = rng.standard_normal((n_shuffles, *shape)) > 0
    return ProbeEvidence(
        sentences=tuple(
            SentenceRead(
                mention_id=f"{cluster}/{sense}",
                cluster=cluster,
                word="word",
                sense=sense,
                values=tuple(row.tolist()),
                words_alone=0.0,
            )
            for (cluster, sense), row in zip(keys, rng.standard_normal(shape), strict=True)
        ),
        shuffled=tuple(map(tuple, shuffled.mean(axis=1).tolist())),
        memorised=((0.5,) * N_VALUES,),
        seen_pairs=(0.5,) * N_VALUES,
    )


@pytest.mark.parametrize("level", [0.95, 0.975])
def test_a_model_that_knows_nothing_rarely_clears_the_limit(level: float) -> None:
    rng = np.random.default_rng(0)
    n = 500
    found = sum(bool(conclude_probe(null_probe(rng, 99), level=level).above) for _ in range(n))
    most = 1 - level
    assert found / n <= most + 3 * np.sqrt(most * level / n)


def test_the_limit_counts_the_true_labels_as_one_relabelling_more() -> None:
    """Of 99 relabellings and the truth, the limit at 95 % leaves five places above it."""
    shuffled = [(0.5, 0.5 + k / 1000) for k in range(99)]
    assert accuracy_limit(shuffled, 0.95) == pytest.approx(0.5 + 94 / 1000)
    assert accuracy_limit(shuffled[::-1], 0.95) == accuracy_limit(shuffled, 0.95)


@pytest.mark.parametrize("n_shuffles", [0, 1, 18])
def test_too_few_relabellings_show_nothing(n_shuffles: int) -> None:
    assert accuracy_limit([(0.5, 0.5)] * n_shuffles, 0.95) == 1.0


def test_a_stricter_level_never_has_a_lower_limit() -> None:
    shuffled = layer_evidence(SILENT).concepts[0].probe.shuffled
    limits = [accuracy_limit(shuffled, level) for level in (0.5, 0.9, 0.95, 0.975, 0.99)]
    assert limits == sorted(limits)
    assert limits[0] < limits[-1]


def test_layers_above_are_those_above_the_limit_and_the_peak_is_the_best_of_them() -> None:
    result = conclude_probe(layer_evidence(CLEAR).concepts[0].probe, level=0.95)
    best = max(point.value or 0.0 for point in result.accuracy)
    assert result.peak in result.above
    assert result.peak == next(p.layer for p in result.accuracy if p.value == best)
    assert set(result.above) == {
        p.layer for p in result.accuracy if p.value is not None and p.value > result.limit
    }
    assert 0 not in result.above


def test_at_chance_there_is_no_peak() -> None:
    result = conclude_probe(layer_evidence(CLEAR, SILENT).concepts[1].probe, level=0.975)
    assert (result.peak, result.above) == (None, ())


def test_a_probe_at_the_limit_is_not_above_it() -> None:
    sentence = SentenceRead(
        mention_id="m", cluster="c", word="w", sense="other", values=(-1.0, 1.0), words_alone=0.0
    )
    evidence = ProbeEvidence(
        sentences=(sentence,), shuffled=((1.0, 0.0),) * 50, memorised=(), seen_pairs=()
    )
    result = conclude_probe(evidence, level=0.95)
    assert [point.value for point in result.accuracy] == [1.0, 0.0]
    assert (result.limit, result.above) == (1.0, ())
    assert result.words_alone.value == 0.5


def test_selectivity_and_control_are_those_of_the_relabellings() -> None:
    probe = layer_evidence().concepts[0].probe
    result = conclude_probe(probe, level=0.95)
    shuffled, memorised = np.asarray(probe.shuffled), np.asarray(probe.memorised)
    assert [p.value for p in result.selectivity] == pytest.approx(
        np.asarray(probe.seen_pairs) - memorised.mean(axis=0)
    )
    assert {(p.low, p.high) for p in result.selectivity} == {(None, None)}
    assert [p.mean for p in result.control] == pytest.approx(shuffled.mean(axis=0))
    for layer, point in enumerate(result.control):
        assert (shuffled[:, layer] > point.high).mean() <= 0.025
        assert point.high <= result.limit
