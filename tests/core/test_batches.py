"""The batch plan is a pure function of what is asked."""

from hypothesis import given
from hypothesis import strategies as st

from auditor.core.batches import NOISE_SAMPLE, plan_batches
from auditor.core.items import Prompt


def prompts(texts: list[str]) -> list[Prompt]:
    return [
        Prompt(
            prompt_id=f"p{index}:{mode}",
            item_id=f"p{index}",
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
    assert all(len({p.mode for p in batch.prompts}) == 1 for batch in plan)
    assert [batch.index for batch in plan] == list(range(len(plan)))


def test_another_seed_samples_other_prompts() -> None:
    asked = prompts([f"text {index}" for index in range(200)])

    def sample(seed: int) -> set[str]:
        plan = plan_batches(asked, batch_size=32, seed=seed)
        return {p.item_id for b in plan for p in b.prompts if p.purpose == "noise"}

    assert sample(1) != sample(2)
    assert sample(1) == sample(1)
