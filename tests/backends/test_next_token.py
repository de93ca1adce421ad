"""Drawing tokens: from the softmax, and the same sample is the same draw."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare

from auditor.backends.next_token import next_token
from auditor.core.items import Prompt

ASKED = Prompt(prompt_id="p", item_id="i", mode="text", text="which?", max_new_tokens=5, sample=1)
LOGITS = np.array([2.0, 0.5, -1.0, 1.5, -30.0, 0.0], dtype=np.float32)


def drawn(prompt: Prompt, n: int = 12, logits: Any = LOGITS) -> list[int]:
    choose = next_token(prompt)
    return [choose(logits) for _ in range(n)]


def test_without_a_sample_it_is_the_likeliest_and_the_lowest_of_several() -> None:
    greedy = replace(ASKED, sample=0)
    assert drawn(greedy, 3) == [0, 0, 0]
    assert drawn(greedy, 1, np.array([0, 7, 7], dtype=np.float32)) == [1]


def test_samples_follow_the_softmax() -> None:
    firsts = [drawn(replace(ASKED, sample=k), 2) for k in range(1, 2001)]
    weights = np.exp(LOGITS.astype(np.float64))
    for step in (0, 1):
        counts = np.bincount([tokens[step] for tokens in firsts], minlength=len(LOGITS))
        assert counts[4] == 0
        likely = np.arange(len(LOGITS)) != 4
        expected = weights[likely] / weights[likely].sum() * counts.sum()
        assert chisquare(counts[likely], expected).pvalue > 1e-3


def test_one_step_says_nothing_of_the_next() -> None:
    pairs = [drawn(replace(ASKED, sample=k), 2) for k in range(1, 2001)]
    first, second = np.array(pairs).T
    assert abs(np.corrcoef(first == 0, second == 0)[0, 1]) < 0.08


def test_the_same_sample_is_the_same_draw_whatever_it_is_called() -> None:
    renamed = replace(ASKED, prompt_id="q", item_id="j", continuations=("a",), max_new_tokens=99)
    assert drawn(renamed) == drawn(ASKED)


@pytest.mark.parametrize("other", [{"text": "what?"}, {"reply_prefix": "It is"}, {"sample": 2}])
def test_another_question_is_another_draw(other: dict[str, Any]) -> None:
    assert drawn(replace(ASKED, **other), 40) != drawn(ASKED, 40)


def test_text_and_prefix_are_not_run_together() -> None:
    left, right = (
        replace(ASKED, text=text, reply_prefix=prefix)
        for text, prefix in (("ab", "c"), ("a", "bc"))
    )
    assert drawn(left, 40) != drawn(right, 40)


def test_a_vocabulary_filled_up_draws_the_same() -> None:
    padded = np.concatenate([LOGITS, np.full(10, -np.inf, dtype=np.float32)])
    assert drawn(ASKED, 40, padded) == drawn(ASKED, 40)


def test_a_little_noise_seldom_changes_a_draw() -> None:
    rng = np.random.default_rng(0)
    n_changed = 0
    for k in range(1, 201):
        logits = rng.normal(0, 1, 5000).astype(np.float32)
        noisy = logits + rng.normal(0, 1e-3, 5000).astype(np.float32)
        prompt = replace(ASKED, sample=k)
        n_changed += drawn(prompt, 1, logits) != drawn(prompt, 1, noisy)
    assert n_changed <= 3


def test_a_lone_surrogate_does_not_stop_it() -> None:
    assert len(drawn(replace(ASKED, reply_prefix="\ud800"), 2)) == 2
