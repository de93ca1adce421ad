"""Released transcripts must come out with the published counts (Sun et al. 2025, recomputed)."""

import json
from functools import cache
from pathlib import Path

import pytest

from auditor.workflows.score import ScoredFiles, score_files
from auditor.workflows.score_rates import position_rates, statement_rates

TRANSCRIPTS = Path(__file__).parents[2] / "shared/data/word-association-transcripts"

pytestmark = pytest.mark.skipif(
    not TRANSCRIPTS.is_dir(), reason="needs ../shared/data/word-association-transcripts"
)

CATEGORIES = ("good_adj-bad_adj", "guilty-innocent", "item-weapon")


@cache
def scored(model: str, condition: str, category: str = "*") -> ScoredFiles:
    paths = sorted(TRANSCRIPTS.glob(f"{condition}_{category}_bias_results_{model}_*.json"))
    assert len(paths) == (3 if category == "*" else 1)
    return score_files(paths)


@pytest.mark.parametrize(
    ("model", "condition", "stereotype", "counter", "invalid", "in_order_percent"),
    [
        ("chat8b", "default", 545, 15, 0, 27.3),
        ("chat8b", "direct_color", 479, 81, 0, 38.8),
        ("nonchat8b", "default", 154, 249, 157, 35.2),
        ("nonchat8b", "direct_color", 234, 258, 68, 52.8),
        ("early_431", "default", 111, 153, 296, 75.4),
    ],
)
def test_implicit_counts(
    model: str,
    condition: str,
    stereotype: int,
    counter: int,
    invalid: int,
    in_order_percent: float,
) -> None:
    files = scored(model, condition)
    expected = {"n": 560, "stereotype": stereotype, "counter": counter, "invalid": invalid}
    assert files.count("implicit") == expected
    position = position_rates(files)
    assert position is not None
    assert 100 * position.n_in_order / position.n_valid == pytest.approx(in_order_percent, abs=0.05)
    assert position.copier_stereotype_rate == 0.25


@pytest.mark.parametrize(
    ("model", "percentages", "mirror_percent"),
    [
        (("chat8b", "default"), (66.8, 4.6, 28.6, 0.0), 31.4),
        (("chat8b", "direct_color"), (61.6, 0.7, 37.7, 0.0), 0.7),
        (("nonchat8b", "default"), (50.0, 50.0, 0.0, 0.0), 0.0),
        (("nonchat8b", "direct_color"), (50.4, 49.6, 0.0, 0.0), 0.7),
        (("early_431", "default"), (22.0, 27.9, 0.2, 50.0), 27.9),
    ],
)
def test_explicit_percentages(
    model: tuple[str, str], percentages: tuple[float, ...], mirror_percent: float
) -> None:
    files = scored(*model)
    counts = files.count("explicit")
    assert counts["n"] == 560
    shares = [100 * counts[label] / 560 for label in ("agree", "neutral", "disagree", "invalid")]
    assert shares == pytest.approx(percentages, abs=0.051)
    mirror = next(rate for rate in statement_rates(files) if rate.is_mirror)
    assert mirror.n == 140
    assert 100 * mirror.agree / mirror.n == pytest.approx(mirror_percent, abs=0.051)


@pytest.mark.parametrize(
    ("model", "category", "counts"),
    [
        ("chat8b", "good_adj-bad_adj", (168, 0, 0)),
        ("chat8b", "guilty-innocent", (251, 1, 0)),
        ("chat8b", "item-weapon", (126, 14, 0)),
        ("nonchat8b", "good_adj-bad_adj", (34, 52, 82)),
        ("nonchat8b", "guilty-innocent", (82, 122, 48)),
        ("nonchat8b", "item-weapon", (38, 75, 27)),
        ("early_431", "good_adj-bad_adj", (31, 27, 110)),
        ("early_431", "guilty-innocent", (46, 56, 150)),
        ("early_431", "item-weapon", (34, 70, 36)),
    ],
)
def test_default_condition_by_category(
    model: str, category: str, counts: tuple[int, int, int]
) -> None:
    got = scored(model, "default", category).count("implicit")
    assert (got["stereotype"], got["counter"], got["invalid"]) == counts


def test_every_label_equals_the_reference() -> None:
    lines = (TRANSCRIPTS / "labels.jsonl").read_text("utf-8").splitlines()
    wanted = {(r["file"], r["key"], r["prompt_id"]): r for r in map(json.loads, lines)}
    files = score_files(sorted(TRANSCRIPTS.glob("*.json")))
    assert len(files.responses) == len(wanted) == 5600
    differing = {"label": 0, "contradicts_later": 0}
    for response in files.responses:
        expected = wanted[Path(response.file).name, response.key, response.prompt_id]
        labelled = response.labelled
        differing["label"] += labelled.label != expected["label"]
        later = expected["detail"].endswith("latercontra")
        differing["contradicts_later"] += labelled.contradicts_later != later
    assert differing == {"label": 0, "contradicts_later": 0}
