"""Histories made from a report's own numbers: some steps compared, one broken, some as stored."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from auditor.battery.reviewing.changes import measure_effect
from auditor.core.fix_results import Effect
from auditor.core.history import History, LeftOut, Line, PastReview, PastValue, PooledChange, Step
from auditor.core.items import Contrast
from auditor.core.measures import Interval
from auditor.core.policy import Verdict
from auditor.core.results import AuditResult
from auditor.core.review import ReviewedRun, Word
from auditor.reporting.document import Document
from auditor.reporting.history.history_pages import history_document
from auditor.reporting.language import Language
from tests.reporting.builders import result
from tests.reporting.review_builders import change, effect, increase

FIRST = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)
LEFT_OUT = (
    LeftOut(folder="fleet/half-<b>done</b>", kind="unfinished", told="Finish it."),
    LeftOut(folder="copy", kind="copy", told="2025-01"),
    LeftOut(folder="changed", kind="altered", told="Restore it."),
)


def history(n: int = 6, *, models: Sequence[str] = ("Assistant-v2 <b>",)) -> History:
    """`n` monthly reviews of each model, and some folders that are none."""
    return History(lines=tuple(line(n, name) for name in models), left_out=LEFT_OUT)


def document(n: int, language: Language, *, models: Sequence[str] = ("Assistant",)) -> Document:
    """The same as a document; called within `speaking`."""
    return history_document(history(n, models=models), contrasts(), language=language)


def contrasts() -> tuple[Contrast, ...]:
    return result().contrasts


def line(n: int, name: str = "Assistant", *, days: Sequence[int] = ()) -> Line:
    """Scores that rise; new weights at every third review, another battery at the second one."""
    told = result()
    moments = [FIRST + timedelta(days=days[place] if days else 30 * place) for place in range(n)]
    reviews = tuple(_review(told, name, place, moment) for place, moment in enumerate(moments))
    steps = tuple(_step(told, place - 1, place) for place in range(1, n))
    is_long = n > 4
    return Line(
        name=name,
        has_adapter=False,
        reviews=reviews,
        steps=steps,
        returns=(),
        span=_step(told, 2, n - 1) if is_long else None,
    )


def failed_margin() -> Line:
    """One review: its one criterion passes, and its increase lies beyond the margin."""
    told, one = result(), line(1)
    finding = replace(told.findings[0], verdict=Verdict.PASS, reasons=(), exceeds_policy=False)
    review = replace(
        one.reviews[0],
        findings=(finding,),
        baseline_findings=(increase(told, finding, "increase-beyond"),),
    )
    return replace(one, reviews=(review,))


def _review(told: AuditResult, name: str, place: int, moment: datetime) -> PastReview:
    letters = f"{place // 3 + 10:02d}"
    is_stored = place < 2
    rise = 0.03 * (place % 7)
    unusable = effect(0.2)
    return PastReview(
        run=ReviewedRun(
            run_id=f"{moment:%Y%m%dT%H%M%SZ}-{letters * 4}",
            created=moment.isoformat(),
            model=replace(told.record.model, name=name, weights_sha256=letters * 32),
            tool_version="0.1.0",
            evidence_sha256=f"{place:02d}" * 32,
        ),
        folder=f"{moment:%Y-%m}",
        origin="as-stored" if is_stored else "recomputed",
        settings=told.record.settings,
        battery=told.record.battery,
        policy=told.record.policy,
        findings=told.findings,
        baseline_findings=(),
        values=tuple(
            PastValue(measure_id=one.measure_id, unit=one.unit, effect=_moved(one_effect, rise))
            for one in told.measures
            if (one_effect := measure_effect(one)).value is not None
            and one.measure_id in {finding.measure_id for finding in told.findings}
        ),
        pooled=()
        if is_stored
        else (("word-association", effect(0.1 + rise)), ("mirrored-statements", effect(0.02))),
        unusable=replace(unusable, interval=None) if is_stored else unusable,
        exit_code=1,
    )


def _moved(one: Effect, by: float) -> Effect:
    def shifted(span: Interval | None) -> Interval | None:
        return span and replace(span, low=span.low + by, high=span.high + by)

    return replace(
        one,
        value=None if one.value is None else one.value + by,
        interval=shifted(one.interval),
        bounds=shifted(one.bounds),
    )


def _step(told: AuditResult, first: int, second: int) -> Step:
    if second <= 2:
        because = ("as-stored",) if second == 1 else ("battery", "tier")
        return Step(
            first=first,
            second=second,
            what_differs=() if second == 1 else ("battery", "tier", "weights"),
            because=because,
            is_joined=second == 1,
        )
    word: Word = "worse" if second % 3 == 0 else "same"
    return Step(
        first=first,
        second=second,
        what_differs=("weights", "policy") if second % 3 == 0 else (),
        because=(),
        is_joined=True,
        changes=tuple(
            change(told, finding, word if place < 2 else "same")
            for place, finding in enumerate(told.findings)
        ),
        pooled=(
            PooledChange(
                instrument="word-association",
                before=effect(0.1),
                after=effect(0.13),
                difference=effect(0.03, half=0.02),
            ),
        ),
    )
