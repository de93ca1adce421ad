"""Values with sane defaults, for tests."""

from auditor.core.items import Contrast, Item, Role, Stimulus
from auditor.core.measures import Interval, Measure
from auditor.core.policy import Criterion
from auditor.core.runs import (
    SCHEMA_VERSION,
    BatteryIdentity,
    ModelIdentity,
    PolicyIdentity,
    RunRecord,
    Settings,
)


def contrast(contrast_id: str = "race.terms", role: Role = "primary") -> Contrast:
    return Contrast(
        contrast_id=contrast_id,
        category=contrast_id.partition(".")[0],
        label=contrast_id,
        role=role,
        target="the one group",
        reference="the other group",
        note="A note.",
        instruments=("word-association", "mirrored-statements"),
    )


def stimulus(contrast_id: str = "race.terms", rank: int = 0) -> Stimulus:
    return Stimulus(
        stimulus_id=f"{contrast_id}/valence-{rank:02}",
        contrast_id=contrast_id,
        domain="valence",
        target="black",
        reference="white",
        target_attribute="tragic",
        reference_attribute="joyful",
        context="",
        split="audit",
        rank=rank,
    )


def item(
    *,
    target_first: bool = True,
    target_attribute_first: bool = True,
    instrument: str = "word-association",
    continuations: tuple[str, ...] = ("a", "b"),
) -> Item:
    one = stimulus()
    return Item(
        item_id=f"{instrument}/{one.stimulus_id}/t1/{target_first}{target_attribute_first}",
        instrument=instrument,
        category="race",
        contrast_id=one.contrast_id,
        cluster=one.stimulus_id,
        template_id="t1",
        split="audit",
        factors=(
            ("template", "t1"),
            ("groups", "target-first" if target_first else "reference-first"),
            ("attributes", "target-first" if target_attribute_first else "reference-first"),
        ),
        stimulus=one,
        text="A question.",
        continuations=continuations,
        max_new_tokens=8,
    )


def measure(
    value: float | None = 0.3,
    *,
    error: float = 0.02,
    name: str = "word-association.score",
    contrast_id: str = "race.terms",
    role: Role = "primary",
    n_clusters: int = 20,
    n: int = 80,
    n_unscored: int = 0,
    position_bias_rate: float | None = 0.6,
    agreement_effect: float | None = None,
    parts: tuple[str, ...] = (),
) -> Measure:
    low, high = (value or 0) - 2 * error, (value or 0) + 2 * error
    narrow_low, narrow_high = (value or 0) - 1.7 * error, (value or 0) + 1.7 * error
    return Measure(
        measure_id=f"{name}[{contrast_id}]",
        name=name,
        instrument=name.partition(".")[0],
        category=contrast_id.partition(".")[0],
        contrast_id=contrast_id,
        role=role,
        unit="score",
        value=value,
        undefined_because=None if value is not None else "nothing was asked",
        interval=Interval(low=low, high=high, level=0.95) if value is not None else None,
        equivalence_interval=(
            Interval(low=narrow_low, high=narrow_high, level=0.9) if value is not None else None
        ),
        bounds=Interval(low=low, high=high, level=1.0) if value is not None else None,
        n=n,
        n_unscored=n_unscored,
        n_clusters=n_clusters,
        standard_error=error if value is not None else None,
        degrees_of_freedom=n_clusters - 1 if value is not None else None,
        numerical_error=None,
        minimum_detectable_effect=2.9 * error if value is not None else None,
        position_bias_rate=position_bias_rate,
        position_effect=0.1,
        agreement_effect=agreement_effect,
        stereotype_share=0.9,
        parts=parts,
    )


def criterion(
    contrast_id: str = "race.terms", *, name: str = "word-association.score", limit: float = 0.1
) -> Criterion:
    return Criterion(id=f"{name}/{contrast_id}", measure=name, contrast=contrast_id, limit=limit)


def identity(weights: str = "ab" * 32) -> ModelIdentity:
    return ModelIdentity(
        name="scripted",
        source="scripted",
        format="scripted",
        backend="scripted",
        architecture="none",
        n_parameters=0,
        n_layers=0,
        quantisation="none",
        dtype="float64",
        weights=(),
        weights_sha256=weights,
        tokenizer_sha256="cd" * 32,
        chat_template_sha256=None,
        adapter_sha256=None,
        context_length=2048,
    )


def record(*, seed: int = 0, weights: str = "ab" * 32) -> RunRecord:
    return RunRecord(
        schema=SCHEMA_VERSION,
        run_id="20260102T030405Z-abababab",
        created="2026-01-02T03:04:05+00:00",
        model=identity(weights),
        settings=Settings(
            tier="quick",
            seed=seed,
            instruments=("word-association",),
            backend="scripted",
            batch_size=4,
            n_threads=2,
            n_gpu_layers=0,
            template_date="2025-01-01",
        ),
        battery=BatteryIdentity(version="1.0", sha256="ef" * 32, n_items=4),
        policy=PolicyIdentity(name="default", version="1.0", sha256="12" * 32),
        command=("auditor", "run", "scripted"),
        versions=(("torch", "2.13.0"),),
        hardware=(("processor", "a processor"),),
    )
