"""Synthetic measures of the instruments with contrasts of their own, plain and under conditions."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from auditor.core.items import Condition, Contrast
from auditor.core.judging import judge
from auditor.core.measures import Interval, Measure
from auditor.core.policy import Criterion, Policy
from auditor.core.results import AuditResult, InstrumentUse
from tests.reporting import builders
from tests.reporting.builders import LIMIT, N_STIMULI, contrast, measure

GROUPS: dict[str, dict[str, tuple[str, str, str, float]]] = {
    "relative-decision": {
        "race": ("Race: Black and White people", "Black people", "White people", 0.21),
        "gender": ("Gender: women and men", "women", "men", 0.34),
        "age": ("Age: older and younger people", "older people", "younger people", 0.02),
    },
    "question-answering": {
        "race": ("Race: who was it?", "Black people", "White people", 0.12),
        "gender": ("Gender: who was it?", "women", "men", 0.18),
        "religion": ("Religion: who was it?", "Muslims", "Christians", 0.0),
        "disability": ("Disability: who was it?", "disabled people", "other people", 0.31),
    },
    "pronoun-occupation": {
        "gender": ("Gender: pronoun of an occupation", "women", "men", 0.44),
    },
    "hiring": {
        "race": ("Hiring: names of Black and White applicants", "Black", "White", 0.26),
        "gender": ("Hiring: names of women and men", "women", "men", -0.05),
        "age": ("Hiring: age 57 and age 31", "aged 57", "aged 31", 0.11),
    },
    "admissions": {
        "race": ("Admissions: Black and White students", "Black", "White", -0.14),
        "gender": ("Admissions: women and men", "women", "men", 0.01),
    },
    "matched-guise": {
        "race": ("Race: African American English", "speakers of it", "other speakers", 0.29),
    },
    "matched-guise-russian": {
        "socio-economic-status": ("Non-standard Russian", "speakers of it", "others", 0.24),
    },
    "stability": {
        "race": (
            "Race: are decisions about Black applicants more arbitrary?",
            "applicants with names common among Black Americans",
            "applicants with names common among White Americans",
            0.07,
        ),
        "gender": ("Gender: are decisions about women more arbitrary?", "women", "men", 0.0),
    },
    "bbq": {
        "age": ("Age (BBQ)", "older people", "younger people", 0.22),
        "nationality": ("Nationality (BBQ)", "foreigners", "nationals", 0.05),
    },
}
"""Label, target, reference and true score of each category's contrast."""
MISSED = "matched-guise-russian"
"""The instrument whose positive control is missed."""
UNDER: dict[str, tuple[Condition, ...]] = {
    "question-answering": ("instruction", "chain-of-thought", "neutral-instruction"),
    "hiring": ("instruction", "neutral-instruction"),
    "pronoun-occupation": ("instruction", "match-statistics", "neutral-instruction"),
}
FACTORS: dict[Condition, float] = {
    "instruction": -0.6,
    "chain-of-thought": 0.1,
    "neutral-instruction": 0.75,
    "match-statistics": 1.5,
}
"""What becomes of a score; below 0 it is turned round."""


def standalone_contrasts(*names: str) -> tuple[Contrast, ...]:
    """The contrasts of these instruments, or of all, each with its two controls."""
    rows: list[Contrast] = []
    for name in names or GROUPS:
        for category, (label, target, reference, _) in GROUPS[name].items():
            one = contrast(f"{name}.{category}", category, label, "primary", target, reference)
            rows.append(replace(one, instruments=(name,)))
        for role in ("null-control", "positive-control"):
            label = f"{name.capitalize()}: even and odd numbers"
            if role == "positive-control":
                label = f"{name.capitalize()}: what everybody knows"
            one = contrast(f"{name}.{role}", role, label, role)
            rows.append(replace(one, instruments=(name,)))
    return tuple(rows)


def standalone_measures(*names: str, seed: int = 11) -> tuple[Measure, ...]:
    """Everything that these instruments, or all, measure."""
    rng = np.random.default_rng(seed)
    rows: list[Measure] = []
    for about in standalone_contrasts(*names):
        (name,) = about.instruments
        truth = _truth(name, about)
        rows += _scores(name, about, truth, rng)
        if about.role != "positive-control":
            rows += OWN[name](name, about, truth) if name in OWN else ()
        for condition in UNDER.get(name, ()):
            rows += _under(rows, name, about, condition)
    guises = [m for m in rows if m.name == "matched-guise.excess" and m.role == "primary"]
    if guises and any(m.instrument == "matched-guise-russian" for m in rows):
        (one,) = guises
        name = "matched-guise-interaction"
        interaction = measure(name, _about(one.contrast_id), 0.04, 0.05)
        rows.append(replace(interaction, instrument="matched-guise"))
    return tuple(rows)


def standalone_policy(*names: str) -> Policy:
    """The default of the builders, and the score and text of every primary contrast."""
    base = builders.policy()
    more = tuple(
        Criterion(
            id=f"{one.instruments[0]}-{kind}/{one.contrast_id}",
            measure=f"{one.instruments[0]}.{kind}",
            contrast=one.contrast_id,
            limit=LIMIT,
        )
        for kind in ("score", "text-score")
        for one in standalone_contrasts(*names)
        if one.role == "primary"
    )
    return replace(base, criteria=(*base.criteria, *more))


def standalone_result(*names: str, is_alone: bool = False) -> AuditResult:
    """The builders' result with these instruments, or all; `is_alone` leaves out the pairing ones.

    The policy is the whole one in any case, so that what is left out was not asked.
    """
    base = builders.result()
    measures = (*(() if is_alone else base.measures), *standalone_measures(*names))
    uses = tuple(
        InstrumentUse(
            name=name,
            construct=f"What {name} measures",
            source="A paper (2024)",
            n_items=240,
            n_stimuli=N_STIMULI,
            n_templates=2,
        )
        for name in names or GROUPS
    )
    policy = standalone_policy()
    return replace(
        base,
        instruments=(*(() if is_alone else base.instruments), *uses),
        contrasts=(*(() if is_alone else base.contrasts), *standalone_contrasts(*names)),
        policy=policy,
        measures=measures,
        findings=judge(measures, policy),
        noise=() if is_alone else base.noise,
        quotes=() if is_alone else base.quotes,
    )


def _about(contrast_id: str) -> Contrast:
    return next(c for c in standalone_contrasts() if c.contrast_id == contrast_id)


def _truth(name: str, about: Contrast) -> float:
    if about.role == "positive-control":
        return 0.0 if name == MISSED else 0.66
    return 0.03 if about.role == "null-control" else GROUPS[name][about.category][3]


def _scores(
    name: str, about: Contrast, truth: float, rng: np.random.Generator
) -> Iterator[Measure]:
    value = float(truth + rng.normal(0, 0.012))
    n_unscored = int(rng.integers(0, 50))
    yield measure(f"{name}.score", about, value, 0.035, position=0.62)
    yield measure(
        f"{name}.text-score", about, value * 0.7, 0.04, n=192 - n_unscored, n_unscored=n_unscored
    )
    yield _rate(f"{name}.invalid-rate", about, n_unscored / 192, n_unscored=n_unscored)


def _rate(
    name: str, about: Contrast, value: float, *, n_unscored: int = 0, group: str = ""
) -> Measure:
    one = measure(name, about, value, 0.04, unit="rate", n=192 - n_unscored, n_unscored=n_unscored)
    suffix = f":{group}" if group else ""
    return replace(one, group=group, measure_id=f"{one.measure_id}{suffix}")


def _number(
    name: str,
    about: Contrast,
    value: float,
    unit: str,
    error: float,
    *,
    n_unscored: int = 0,
    group: str = "",
) -> Measure:
    """A measure in a unit that is not bounded by -1 and 1."""
    one = measure(name, about, 0.0, 0.01, n=192 - n_unscored, n_unscored=n_unscored)
    low, high = value - 2 * error, value + 2 * error
    if unit in ("ratio", "persons", "nats"):
        low = max(low, 0.0)
    return replace(
        one,
        measure_id=f"{one.measure_id}:{group}" if group else one.measure_id,
        value=value,
        unit=unit,
        group=group,
        interval=Interval(low=low, high=high, level=0.95),
        equivalence_interval=Interval(low=low, high=high, level=0.9),
        bounds=Interval(low=low, high=high + 0.1 * (n_unscored > 0), level=1.0),
        minimum_detectable_effect=2.9 * error,
        by_template=(),
    )


def _questions(name: str, about: Contrast, truth: float) -> Iterator[Measure]:
    for suffix, shift in (("", 0.0), ("-text", -0.1)):
        rates = {
            "accuracy-ambiguous": 0.35,
            "accuracy-disambiguated": 0.56 + truth / 4,
            "accuracy-aligned": 0.6,
            "accuracy-nonaligned": 0.5,
            "unknown-rate": 0.3,
        }
        for kind, value in rates.items():
            yield _rate(f"{name}.{kind}{suffix}", about, value + shift, n_unscored=8)
        yield _number(f"{name}.accuracy-cost{suffix}", about, -0.1, "difference", 0.04)
        yield measure(f"{name}.s-amb{suffix}", about, truth * 0.6, 0.04)
        yield measure(f"{name}.s-dis{suffix}", about, truth * 0.2, 0.03)


def _pronouns(name: str, about: Contrast, truth: float) -> Iterator[Measure]:
    yield replace(measure(f"{name}.correlation", about, truth, 0.11), unit="correlation")
    yield _number(f"{name}.slope", about, truth / 2, "slope", 0.06)
    for word, share in (("she", 0.31), ("he", 0.48), ("they", 0.21)):
        yield _rate(f"{name}.probability-{word}", about, share)
    yield _number(f"{name}.spread", about, 0.17, "difference", 0.02)


def _decisions(name: str, about: Contrast, truth: float) -> Iterator[Measure]:
    target, reference = about.target, about.reference
    for suffix, n_unscored in (("", 0), ("-text", 21)):
        rates = {target: 0.55 * (1 - truth), reference: 0.55}
        top = max(rates, key=lambda group: rates[group])
        for group, rate in rates.items():
            yield _rate(
                f"{name}.selection-rate{suffix}", about, rate, n_unscored=n_unscored, group=group
            )
        (low,) = (group for group in rates if group != top)
        ratio = rates[low] / rates[top]
        parts = (f"{name}.selection-rate{suffix}[{about.contrast_id}]:{top}",)
        for kind, unit, value, error in (
            ("impact-ratio", "ratio", ratio, 0.05),
            ("rejection-ratio", "ratio", (1 - rates[low]) / (1 - rates[top]), 0.1),
            ("shortfall", "persons", 24 * (rates[top] - rates[low]), 0.9),
        ):
            yield replace(
                _number(
                    f"{name}.{kind}{suffix}",
                    about,
                    value,
                    unit,
                    error,
                    n_unscored=n_unscored,
                    group=low,
                ),
                parts=parts,
            )
        yield _rate(f"{name}.discordant-rate{suffix}", about, 0.18, n_unscored=n_unscored)
        p = measure(f"{name}.mcnemar{suffix}", about, 0.0, 0.1)
        yield replace(p, value=0.031, unit="p-value", interval=None, bounds=None)
    yield _number(f"{name}.refusal-gap", about, 0.02, "difference", 0.015)


def _guises(name: str, about: Contrast, truth: float) -> Iterator[Measure]:
    if about.role == "primary":
        yield measure(f"{name}.excess", about, truth * 0.6, 0.04)
        return
    for guise, nats in (("dialect", 4.6), ("standard", 3.1), ("typos", 4.4)):
        yield _number(f"{name}.surprisal", about, nats, "nats", 0.12, group=guise)
    yield _number(f"{name}.surprisal-mismatch", about, 0.2, "nats", 0.06)


def _stability(name: str, about: Contrast, truth: float) -> Iterator[Measure]:
    for kind, value in (
        ("flip-rate", 0.31),
        ("flip-rate-paraphrase", 0.18),
        ("flip-rate-order", 0.27),
        ("ambiguity", 0.4),
        ("near-threshold", 0.22),
        ("self-consistency", 0.8),
        ("discrepancy", 0.29),
    ):
        yield _rate(f"{name}.{kind}", about, value)
        if kind in ("flip-rate", "ambiguity", "near-threshold"):
            for group, sign in ((about.target, 1), (about.reference, -1)):
                yield _rate(f"{name}.{kind}", about, value + sign * truth / 2, group=group)
    yield _number(f"{name}.format-spread", about, 0.24, "difference", 0.05)


OWN = {
    "question-answering": _questions,
    "bbq": _questions,
    "pronoun-occupation": _pronouns,
    "hiring": _decisions,
    "admissions": _decisions,
    "matched-guise": _guises,
    "matched-guise-russian": _guises,
    "stability": _stability,
}


def _under(
    rows: list[Measure], name: str, about: Contrast, condition: Condition
) -> Iterator[Measure]:
    """What a contrast measures again under a condition, and the paired changes."""
    mine = [
        m
        for m in rows
        if m.contrast_id == about.contrast_id and m.condition == "question" and m.instrument == name
    ]
    factor = FACTORS[condition] if about.role != "positive-control" else 1.0
    for one in mine:
        value = one.value or 0.0
        after = value * factor if one.unit == "score" else value
        moved = _moved(one, after)
        yield _marked(moved, condition)
        if one.name in (f"{name}.score", f"{name}.text-score"):
            change = measure(f"{one.name}-change", about, (after - value) / 2, 0.03)
            yield _marked(_moved(change, after - value), condition)


def _moved(one: Measure, value: float) -> Measure:
    """The measure at another value, its intervals moved along."""
    if one.value is None:
        return one
    by = value - one.value

    def along(span: Interval | None) -> Interval | None:
        if span is None:
            return None
        return Interval(low=span.low + by, high=span.high + by, level=span.level)

    return replace(
        one,
        value=value,
        interval=along(one.interval),
        equivalence_interval=along(one.equivalence_interval),
        bounds=along(one.bounds),
    )


def _marked(one: Measure, condition: Condition) -> Measure:
    return replace(
        one,
        name=f"{one.name}@{condition}",
        measure_id=one.measure_id.replace(one.name, f"{one.name}@{condition}", 1),
        condition=condition,
    )
