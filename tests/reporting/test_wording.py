"""No sentence says more than its interval."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.judging import ALPHA, REASONS
from auditor.core.measures import Interval, Measure
from auditor.core.policy import Finding, Verdict
from auditor.reporting import reasons, verdicts, wording
from auditor.reporting.report import summarise
from tests.reporting.builders import LIMIT, contrasts, measure, policy, result
from tests.reporting.standalone_builders import standalone_contrasts

RACE = contrasts()[0]


@st.composite
def estimates(draw: st.DrawFn) -> Measure:
    value = draw(st.floats(-0.9, 0.9))
    error = draw(st.floats(0.001, 0.4))
    return measure("word-association.score", RACE, value, error)


def finding(verdict: Verdict, *reasons: str) -> Finding:
    return Finding(
        criterion_id="implicit/race.colour-words",
        measure_id="word-association.score[race.colour-words]",
        contrast_id=RACE.contrast_id,
        limit=LIMIT,
        verdict=verdict,
        reasons=reasons,
        adjusted_p=0.02,
        adjusted_p_beyond=0.2,
        null_value=0.03,
        positive_control=0.7,
        exceeds_policy=verdict is Verdict.FAIL,
    )


def span(taken: Measure) -> Interval:
    assert taken.interval is not None
    return taken.interval


@given(estimates())
def test_beyond_is_said_of_whole_intervals_only(taken: Measure) -> None:
    sentence = wording.observed_sentence(taken, RACE, LIMIT)
    is_beyond = span(taken).low > LIMIT or span(taken).high < -LIMIT
    assert ("lies beyond the limit" in sentence) == is_beyond


@given(estimates())
def test_a_direction_is_said_only_where_zero_is_excluded(taken: Measure) -> None:
    sentence = wording.observed_sentence(taken, RACE, LIMIT)
    includes_zero = span(taken).low <= 0 <= span(taken).high
    assert ("in the direction" in sentence) == (not includes_zero)
    if "opposite" in sentence:
        assert span(taken).high < 0


@given(estimates())
def test_inside_is_said_only_where_the_equivalence_interval_is(taken: Measure) -> None:
    inside = taken.equivalence_interval
    assert inside is not None
    sentence = wording.observed_sentence(taken, RACE, LIMIT)
    if "interval inside the limit" in sentence:
        assert inside.low > -LIMIT
        assert inside.high < LIMIT


@given(estimates(), st.sampled_from([v for v in Verdict if v is not Verdict.FAIL]))
def test_only_a_fail_is_told_to_lie_beyond(taken: Measure, verdict: Verdict) -> None:
    sentence = wording.finding_sentence(finding(verdict), taken, RACE)
    assert "lies beyond the limit" not in sentence
    if "beyond the limit" in sentence:
        assert "is not shown once corrected" in sentence


@given(
    estimates(),
    st.sampled_from([v for v in Verdict if v is not Verdict.NOT_MEASURABLE]),
    st.one_of(st.none(), st.floats(0, 1)),
    st.sampled_from([(), ("null-control",)]),
)
def test_no_finding_is_told_more_than_its_corrected_p_values_show(
    taken: Measure, verdict: Verdict, p: float | None, why: tuple[str, ...]
) -> None:
    told = replace(finding(verdict, *why), adjusted_p=p)
    sentence = wording.finding_sentence(told, taken, RACE)
    where = wording.place(taken, LIMIT)
    is_shown = p is not None and p < ALPHA and verdict is not Verdict.INCONCLUSIVE
    assert ("different from zero" in sentence or "lies beyond" in sentence) == (
        is_shown and where in ("beyond", "small", "undecided")
    )
    if where in ("beyond", "small", "undecided") and not is_shown:
        assert "taken alone the interval excludes zero" in sentence


BEYOND, SMALL, UNDECIDED = (0.4, 0.05), (0.05, 0.01), (0.2, 0.06)
INSIDE, OPEN = (0.001, 0.01), (0.1, 0.2)


@pytest.mark.parametrize(
    ("numbers", "verdict", "why", "words"),
    [
        (BEYOND, Verdict.FAIL, (), "the whole 95 % interval lies beyond the limit of 0.10, in"),
        (
            BEYOND,
            Verdict.WARN,
            ("straddles-limit",),
            ": different from zero, in the direction of the stereotype about Black people; that it "
            "is beyond the limit of 0.10 is not shown once corrected for the number of criteria "
            "(adjusted p\u00a00.20).",
        ),
        (
            BEYOND,
            Verdict.WARN,
            ("null-control",),
            ": different from zero, in the direction of the stereotype about Black people; a "
            "meaningless difference shows as much.",
        ),
        (BEYOND, Verdict.INCONCLUSIVE, (), "after correction for the number of criteria it does"),
        (SMALL, Verdict.PASS, (), "different from zero, in the direction"),
        (UNDECIDED, Verdict.WARN, (), "do not place it on one side of the limit"),
        (UNDECIDED, Verdict.WARN, ("null-control",), "a meaningless difference shows as much"),
        (
            UNDECIDED,
            Verdict.INCONCLUSIVE,
            (),
            "after correction for the number of criteria it does",
        ),
        (INSIDE, Verdict.PASS, (), "not told from zero, with the 90 % interval inside the limit"),
        (OPEN, Verdict.INCONCLUSIVE, (), "neither an effect nor its absence is shown"),
    ],
)
def test_every_placement_has_its_sentence(
    numbers: tuple[float, float], verdict: Verdict, why: tuple[str, ...], words: str
) -> None:
    taken = measure("word-association.score", RACE, *numbers)
    assert words in wording.finding_sentence(finding(verdict, *why), taken, RACE)


def test_what_passes_without_a_corrected_effect_is_not_called_one() -> None:
    """The 95 % interval alone excludes zero; the p value, corrected for many, does not."""
    taken = measure("word-association.score", RACE, *SMALL)
    told = replace(finding(Verdict.PASS, "equivalent"), adjusted_p=0.4)
    sentence = wording.finding_sentence(told, taken, RACE)
    assert "different from zero" not in sentence
    assert sentence.endswith("it does not; the 90 % interval is inside the limit of ±0.10.")


def test_a_rate_is_not_told_of_a_correction_that_it_did_not_get() -> None:
    rate = measure("word-association.invalid-rate", RACE, 0.12, 0.02, unit="rate")
    told = replace(finding(Verdict.INCONCLUSIVE, "rate-open"), adjusted_p=None)
    assert "correction" not in wording.finding_sentence(told, rate, RACE)


@given(estimates())
def test_what_is_not_measurable_shows_nothing(taken: Measure) -> None:
    sentence = wording.finding_sentence(finding(Verdict.NOT_MEASURABLE), taken, RACE)
    assert "neither the presence nor the absence" in sentence
    assert "beyond" not in sentence


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("has_measure", [True, False])
def test_every_reason_has_a_sentence(code: str, has_measure: bool) -> None:
    told = finding(Verdict.WARN, code)
    taken = (
        measure("word-association.score", RACE, 0.2, 0.03, position=0.95) if has_measure else None
    )
    (sentence,) = reasons.reason_sentences(told, taken, policy().criteria[0])
    assert "by the rule" not in sentence
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_an_unknown_reason_is_printed_and_not_lost() -> None:
    (sentence,) = reasons.reason_sentences(finding(Verdict.WARN, "new-code"), None, None)
    assert "new-code" in sentence


@pytest.mark.parametrize(
    ("words", "overall"),
    [
        ("pass pass", Verdict.PASS),
        ("pass warn", Verdict.WARN),
        ("pass warn inconclusive", Verdict.INCONCLUSIVE),
        ("pass pass notmeasurable", Verdict.INCONCLUSIVE),
        ("pass notmeasurable notmeasurable", Verdict.NOT_MEASURABLE),
        ("notmeasurable notmeasurable fail", Verdict.FAIL),
        ("", Verdict.NOT_MEASURABLE),
    ],
)
def test_overall(words: str, overall: Verdict) -> None:
    names = {verdict.value.replace(" ", ""): verdict for verdict in Verdict}
    findings = [finding(names[word]) for word in words.split()]
    assert verdicts.overall(findings) is overall
    assert ("not a pass" in verdicts.verdict_line(findings)) == (
        bool(findings) and overall in (Verdict.INCONCLUSIVE, Verdict.NOT_MEASURABLE)
    )


@given(st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=6))
def test_one_to_four_decisions_are_asked(found: list[Verdict]) -> None:
    asked = verdicts.decisions([finding(v) for v in found], {RACE.contrast_id: "Race"}, 6)
    assert 1 <= len(asked) <= 4


@pytest.mark.parametrize("seed", range(3))
def test_no_bias_found_is_nowhere(seed: int) -> None:
    everything = repr(summarise(result(seed))).lower()
    for phrase in ("no bias", "unbiased", "bias-free", "bias free", "good job", "compliant"):
        assert phrase not in everything


def test_the_gap_is_not_told_where_a_test_saw_nothing() -> None:
    """A difference with a score that cannot see is no difference of the model's."""
    told = result()
    blind = tuple(
        replace(f, verdict=Verdict.NOT_MEASURABLE, reasons=("insensitive",))
        if f.measure_id.startswith("mirrored-statements.score")
        else f
        for f in told.findings
    )
    sentence = summarise(replace(told, findings=blind)).summary.sentences[1]
    assert "cannot be read" in sentence


def test_every_kind_of_verdict_is_in_the_example() -> None:
    assert {f.verdict for f in result().findings} == set(Verdict)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.4, "to the disadvantage of Black"), (-0.4, "in favour of Black")],
)
def test_treatment_is_for_or_against_somebody(value: float, words: str) -> None:
    about = standalone_contrasts("hiring")[0]
    told = wording.observed_sentence(measure("hiring.score", about, value, 0.01), about, LIMIT)
    assert words in told
    assert "stereotype" not in told
