"""The batch plan is a pure function of what is asked."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from auditor.core.batches import NOISE_SAMPLE, plan_batches, plan_follow_ups
from auditor.core.items import Prompt


def prompts(texts: list[str], instrument: str = "one") -> list[Prompt]:
    return [
        Prompt(
            prompt_id=f"{instrument}/p{index}:{mode}",
            item_id=f"{instrument}/p{index}",
            mode=mode,
            text=text,
            continuations=("a", "b") if mode == "log-likelihood" else (),
        )
        for index, text in enumerate(texts)
        for mode in ("log-likelihood", "text")
    ]


texts = st.lists(st.text(alphabet="abc", max_size=5), max_size=120)


@given(texts, st.integers(1, 40), st.integers(0, 5), st.randoms())
def test_the_plan_does_not_depend_on_the_order_of_the_prompts(
    kept: list[str], size: int, seed: int, random: object
) -> None:
    asked = prompts(kept)
    shuffled = list(asked)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert plan_batches(asked, batch_size=size, seed=seed) == plan_batches(
        shuffled, batch_size=size, seed=seed
    )


@given(texts, st.integers(1, 40))
def test_every_prompt_is_asked_once_and_a_sample_again_alone(kept: list[str], size: int) -> None:
    asked = prompts(kept)
    plan = plan_batches(asked, batch_size=size, seed=1)
    audit = [p for batch in plan for p in batch.prompts if p.purpose == "audit"]
    noise = [batch for batch in plan if batch.prompts[0].purpose == "noise"]
    assert sorted(p.prompt_id for p in audit) == sorted(p.prompt_id for p in asked)
    assert len(noise) == min(NOISE_SAMPLE, len(kept))
    assert all(len(batch.prompts) == 1 for batch in noise)
    assert all(len(batch.prompts) <= size for batch in plan)
    assert [batch.index for batch in plan] == list(range(len(plan)))


def test_another_seed_samples_other_prompts() -> None:
    asked = prompts([f"text {index}" for index in range(200)])

    def sample(seed: int) -> set[str]:
        plan = plan_batches(asked, batch_size=32, seed=seed)
        return {p.item_id for b in plan for p in b.prompts if p.purpose == "noise"}

    assert sample(1) != sample(2)
    assert sample(1) == sample(1)


def test_what_is_scored_and_answered_shares_a_batch_and_reasoning_comes_apart() -> None:
    asked = prompts([f"text {index:02}" for index in range(20)])
    thought = [replace(p, prompt_id=f"{p.item_id}:reasoning", mode="reasoning") for p in asked[::2]]
    plan = plan_batches([*asked, *thought], batch_size=8, seed=0)
    for batch in plan:
        modes = [p.mode for p in batch.prompts if p.purpose == "audit"]
        assert "reasoning" not in modes or set(modes) == {"reasoning"}
        assert modes.count("text") == modes.count("log-likelihood")


def test_every_instrument_has_its_share_of_the_noise_sample() -> None:
    asked = prompts([f"a {i}" for i in range(200)]) + prompts([f"b {i}" for i in range(9)], "other")
    plan = plan_batches(asked, batch_size=32, seed=0)
    sampled = [p.item_id.partition("/")[0] for b in plan for p in b.prompts if p.purpose == "noise"]
    assert Counter(sampled) == {"one": NOISE_SAMPLE - 9, "other": 9}


def test_what_follows_the_reasoning_is_numbered_on() -> None:
    asked = prompts([f"text {index}" for index in range(5)])
    plan = plan_follow_ups(asked, batch_size=4, first_index=7)
    assert [batch.index for batch in plan] == [7, 8, 9]
    assert sorted(p.prompt_id for b in plan for p in b.prompts) == sorted(
        p.prompt_id for p in asked
    )
