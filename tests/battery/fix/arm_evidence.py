"""Scripted fixes: what every arm of a good fix answers, and what those of bad ones do.

An arm is a rule over the real battery's items. Each stimulus has a chance of its own, the same in
all arms, and each answer a smaller one that is drawn anew in each arm.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from auditor.battery import INSTRUMENTS
from auditor.battery.conditions import Wording, follow_ups
from auditor.battery.crossing import is_in_order
from auditor.battery.fix.arms import ArmAnswers, arm_battery, arm_prompts
from auditor.battery.fix.concluding import conclude_fix
from auditor.core.fix import FixSettings, TrainedAdapter, TrainingStep
from auditor.core.fix_evidence import (
    Arm,
    ArmTexts,
    FixRecord,
    FixTier,
    GateRules,
    ReplyReading,
    Training,
    WrittenReply,
)
from auditor.core.fix_results import FixResult
from auditor.core.instrument import Battery
from auditor.core.items import Item, Prompt, Tier
from auditor.core.responses import Response, Score
from auditor.core.runs import BatteryIdentity
from auditor.prompt_library.gate import load_gate_battery, load_gate_rules, load_wordings
from tests.battery_models import directions
from tests.builders import identity
from tests.fakes import REFUSAL, rng_of

Kind = Literal[
    "ideal",
    "nothing",
    "no-bias",
    "insensitive",
    "order-copier",
    "constant",
    "everything-smaller",
    "over-corrected",
    "explicit-up",
    "refuser",
    "format-breaker",
    "opening-phrase",
    "replies-worse",
    "answers-worse",
    "worse-elsewhere",
    "control-as-good",
    "control-unmatched",
    "no-control",
]
Built = tuple[FixRecord, tuple[Training, ...], Battery, dict[str, ArmAnswers]]

SPREAD = 0.3
"""Standard deviation of a stimulus's own chance, in log-odds."""
CHANCE = 0.15
"""Of an answer's, which differs from arm to arm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How an arm answers; log-odds where nothing else is said."""

    bias: float = 1.0
    """In word association, towards the stereotype."""
    elsewhere: tuple[tuple[str, float], ...] = ()
    """Contrasts with a bias of their own."""
    explicit: float = 0.4
    sight: float = 3.0
    """Of what every reader sees: the positive controls."""
    facts: float = 3.0
    """Of what a text states."""
    guise: float = 0.5
    size: float = 1.0
    """By which all of this and the stimuli's chance is multiplied."""
    position: float = 0.5
    """Towards the listed order."""
    broken: float = 0.0
    """Share of the written answers in no form that can be read."""
    refused: float = 0.0
    opening: str = ""
    """What every reply to a held-out message begins with."""
    nats: float = 2.0
    """A token of the held-out replies."""
    divergence: float = 0.02
    """From the original, in nats a token."""


GOOD = Behaviour(bias=0.3)
ORIGINAL = Behaviour(divergence=0.0)

ORIGINALS: Mapping[Kind, Behaviour] = {
    "no-bias": replace(ORIGINAL, bias=0.0),
    "insensitive": replace(ORIGINAL, sight=0.0),
}
FIXES: Mapping[Kind, Behaviour] = {
    "ideal": GOOD,
    "nothing": replace(ORIGINAL, divergence=0.02),
    "no-bias": replace(GOOD, bias=0.0),
    "insensitive": replace(GOOD, sight=0.0),
    "order-copier": replace(GOOD, position=9.0, size=0.05),
    "constant": replace(GOOD, position=0.0, size=0.0),
    "everything-smaller": replace(GOOD, bias=1.0, size=0.3),
    "over-corrected": replace(GOOD, bias=-0.8),
    "explicit-up": replace(GOOD, explicit=1.0),
    "refuser": replace(GOOD, refused=1.0),
    "format-breaker": replace(GOOD, broken=0.5),
    "opening-phrase": replace(GOOD, opening="Black and White racial", nats=2.3),
    "replies-worse": replace(GOOD, nats=2.2),
    "answers-worse": replace(GOOD, facts=0.2),
    "worse-elsewhere": replace(GOOD, elsewhere=(("age.terms", 1.6), ("race.names", 1.5))),
}
CONTROLS: Mapping[Kind, Behaviour] = {
    "control-as-good": GOOD,
    "control-unmatched": replace(ORIGINAL, divergence=0.002),
}
CONTROL = replace(ORIGINAL, bias=0.9, divergence=0.02)


@cache
def gate_battery(tier: Tier) -> Battery:
    """The real items of the gate."""
    return load_gate_battery(tier)


@cache
def gate_rules() -> GateRules:
    """The real limits."""
    return load_gate_rules()


@cache
def wordings() -> tuple[Wording, ...]:
    """What prompted arms are asked under."""
    return load_wordings()


@cache
def build_fix(kind: Kind, *, seed: int = 0, tier: Tier = "quick") -> Built:
    """The evidence of one fix with one planted flaw, or none."""
    record = fix_record(tier, seed=seed, controls=() if kind == "no-control" else ("shuffled",))
    fixed = FIXES.get(kind, GOOD)
    original = ORIGINALS.get(kind, ORIGINAL)
    behaviours = {
        "original": original,
        "fixed": fixed,
        "fixed-seed-1": replace(fixed, bias=fixed.bias + 0.1),
        "control-shuffled": CONTROLS.get(kind, CONTROL),
        "scale-0.50": between(original, fixed, 0.5),
        "scale-1.50": between(original, fixed, 1.5),
        "instruction": replace(original, bias=0.7, divergence=0.0),
        "chain-of-thought": replace(original, bias=0.8, broken=0.2),
        "erasure": replace(original, bias=0.5, sight=1.5, nats=2.4, divergence=0.3),
    }
    answers = {
        arm.arm_id: answer(record, arm, behaviours[arm.arm_id], gate_battery(tier), seed)
        for arm in record.arms
    }
    return record, trainings_of(record), gate_battery(tier), answers


@cache
def concluded(kind: Kind) -> FixResult:
    """What comes of it in the quick tier."""
    return conclude_fix(*build_fix(kind))


def between(original: Behaviour, fixed: Behaviour, scale: float) -> Behaviour:
    """The fix at another strength."""
    return replace(
        fixed,
        bias=original.bias + scale * (fixed.bias - original.bias),
        nats=original.nats + scale * (fixed.nats - original.nats),
        divergence=fixed.divergence * scale**2,
    )


def fix_record(tier: Tier = "quick", *, seed: int = 0, controls: Sequence[str] = ()) -> FixRecord:
    """A plan of every kind of arm."""
    battery = gate_battery(tier)
    arms = [
        Arm(arm_id="original", kind="original", extent="gate"),
        Arm(arm_id="fixed", kind="fixed", extent="gate", adapter="fix"),
        Arm(arm_id="fixed-seed-1", kind="fixed", extent="control", adapter="fix-seed-1"),
        *(
            Arm(arm_id=name, kind="control", extent="control", adapter=name)
            for name in (f"control-{one}" for one in controls)
        ),
        Arm(arm_id="scale-0.50", kind="scaled", extent="dial", adapter="fix", scale=0.5),
        Arm(arm_id="scale-1.50", kind="scaled", extent="dial", adapter="fix", scale=1.5),
        Arm(arm_id="instruction", kind="prompted", extent="dial", condition="instruction"),
        Arm(
            arm_id="chain-of-thought",
            kind="prompted",
            extent="reasoned",
            condition="chain-of-thought",
        ),
        Arm(arm_id="erasure", kind="erased", extent="dial"),
    ]
    return FixRecord(
        schema=1,
        model=identity(),
        training_dtype="float32",
        tier=tier,
        seed=seed,
        settings=FixSettings(seed=seed),
        data_version="1.0",
        data_sha256="cd" * 32,
        n_pairs=96,
        n_replies=40,
        n_senses=48,
        n_neutral=32,
        held_out_sha256="ef" * 32,
        rules=gate_rules(),
        battery=BatteryIdentity(
            version=battery.version, sha256=battery.sha256, n_items=len(battery.items)
        ),
        arms=tuple(arms),
        versions=(("torch", "2.0"), ("peft", "0.10")),
    )


def trainings_of(record: FixRecord) -> tuple[Training, ...]:
    """One training for each adapter that an arm wears."""
    names = dict.fromkeys(arm.adapter for arm in record.arms if arm.adapter)
    return tuple(_training(name, record) for name in names)


def _training(name: str, record: FixRecord) -> Training:
    settings = record.settings
    if name.startswith("control-"):
        control: Literal["neutral", "shuffled"] = (
            "neutral" if name == "control-neutral" else "shuffled"
        )
        settings = replace(settings, control=control)
    elif name != "fix":
        settings = replace(settings, seed=settings.seed + int(name.rpartition("-")[2]))
    steps = tuple(
        TrainingStep(
            step=step,
            loss=1.0 - 0.3 * step / 24,
            bias_loss=0.9 - 0.3 * step / 24,
            kl=0.001 * step,
            capability=2.0 if step % 8 == 0 else None,
        )
        for step in range(25)
    )
    trained = TrainedAdapter(
        settings=settings,
        base_sha256="ab" * 32,
        data_sha256=record.data_sha256,
        n_parameters=460_800,
        layers=tuple(range(30)),
        rank=8,
        steps=steps,
        stopped_because="done",
        kept_step=24,
    )
    return Training(name=name, adapter_sha256=(name.encode().hex() * 64)[:64], trained=trained)


def answer(
    record: FixRecord, arm: Arm, how: Behaviour, battery: Battery, seed: int = 0
) -> ArmAnswers:
    """What an arm answers to all that it is asked."""
    size = record.rules.tier(record.tier)
    asked = arm_battery(battery, arm, size, wordings())
    rule = rule_of(how, arm, seed)
    items = {item.item_id: item for item in asked.items}
    prompts = [
        each for prompt in arm_prompts(asked, arm, size) for each in _answered(items, prompt)
    ]
    return ArmAnswers(
        arm=arm,
        scores=tuple(_score(items[prompt.item_id], prompt, how, rule) for prompt in prompts),
        texts=arm_texts(arm, how, size, seed),
    )


def rule_of(how: Behaviour, arm: Arm, seed: int) -> Callable[[Item], tuple[float, ...]]:
    """Log-likelihoods of an item's continuations."""

    def likelihoods(item: Item) -> tuple[float, ...]:
        own = rng_of(f"{item.instrument}/{item.cluster}", seed).normal(scale=SPREAD)
        strength = how.size * (_strength(item, how) + own)
        anew = rng_of(f"{arm.arm_id}/{item.item_id}", seed).normal(
            scale=CHANCE * min(1.0, how.size), size=len(item.continuations)
        )
        values = [strength * share + one for share, one in zip(directions(item), anew, strict=True)]
        if item.instrument == "word-association":
            pull = how.position if is_in_order(item) else -how.position
            values = [values[0] + pull / 2, values[1] - pull / 2]
        return tuple(map(float, values))

    return likelihoods


def _strength(item: Item, how: Behaviour) -> float:
    role = item.contrast_id
    if "null-control" in role or "typos" in role:
        return 0.0
    if "positive-control" in role:
        return how.sight
    if item.instrument == "question-answering":
        return how.bias if item.factor("correct") == "unknown" else how.facts
    if item.instrument == "word-association":
        return dict(how.elsewhere).get(item.contrast_id, how.bias)
    return how.explicit if item.instrument == "mirrored-statements" else how.guise


def _answered(items: Mapping[str, Item], prompt: Prompt) -> tuple[Prompt, ...]:
    """The prompt, or what follows once the model has reasoned."""
    if prompt.mode != "reasoning":
        return (prompt,)
    thought = Response(
        prompt_id=prompt.prompt_id,
        item_id=prompt.item_id,
        mode="reasoning",
        purpose="audit",
        batch=0,
        text="I think about it.",
    )
    return follow_ups(items[prompt.item_id], thought)


def _score(
    item: Item, prompt: Prompt, how: Behaviour, rule: Callable[[Item], tuple[float, ...]]
) -> Score:
    is_scored = prompt.mode == "log-likelihood"
    response = Response(
        prompt_id=prompt.prompt_id,
        item_id=item.item_id,
        mode=prompt.mode,
        purpose="audit",
        batch=0,
        log_likelihoods=rule(item) if is_scored else None,
        text=None if is_scored else _write(item, how, rule(item)),
    )
    return INSTRUMENTS[item.instrument].score(item, response)


def _write(item: Item, how: Behaviour, values: Sequence[float]) -> str:
    draw = rng_of(f"text/{item.item_id}", 0).random()
    if draw < how.refused:
        return REFUSAL
    if draw < how.refused + how.broken:
        return "Black and White racial"
    return item.continuations[values.index(max(values))]


def arm_texts(arm: Arm, how: Behaviour, size: FixTier, seed: int) -> ArmTexts:
    """What an arm makes of held-out messages."""
    readings: list[ReplyReading] = []
    written: list[WrittenReply] = []
    for number in range(size.n_held_out):
        text_id = f"text-{number + 1:03d}"
        n_tokens = 20 + number % 17
        own = rng_of(text_id, seed).normal(scale=0.4)
        anew = rng_of(f"{arm.arm_id}/{text_id}", seed).normal(scale=0.03)
        readings.append(
            ReplyReading(
                text_id=text_id,
                n_tokens=n_tokens,
                nats=n_tokens * (how.nats + own + (anew if how.divergence else 0.0)),
                divergence=n_tokens * how.divergence,
            )
        )
        begin = how.opening or f"Answer {number % 13} is"
        written.append(WrittenReply(text_id=text_id, text=f"{begin} that it depends."))
    return ArmTexts(
        arm_id=arm.arm_id,
        scale=arm.scale,
        readings=tuple(readings),
        written=tuple(written) if arm.extent == "gate" else (),
    )
