"""The tidy table of every measure: `scores.csv`."""

import csv
from collections.abc import Sequence
from io import StringIO

from auditor.core.measures import Interval, Measure
from auditor.core.policy import Finding
from auditor.core.runs import RunRecord
from auditor.reporting.cleaning import guard_cell

COLUMNS = (
    "run",
    "model",
    "tier",
    "test",
    "measure",
    "condition",
    "category",
    "contrast",
    "group",
    "role",
    "unit",
    "n",
    "n_unusable",
    "n_stimuli",
    "value",
    "low",
    "high",
    "bound_low",
    "bound_high",
    "limit",
    "verdict",
)


def scores_csv(record: RunRecord, measures: Sequence[Measure], findings: Sequence[Finding]) -> str:
    """Every measure as one row; what is undefined is empty, never 0.

    Text is guarded against being read as a formula; numbers are written in full.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    judged = {finding.measure_id: finding for finding in findings}
    for measure in measures:
        finding = judged.get(measure.measure_id)
        writer.writerow(
            [
                *_names(record, measure),
                str(measure.n),
                str(measure.n_unscored),
                str(measure.n_clusters),
                _number(measure.value),
                *_ends(measure.interval),
                *_ends(measure.bounds),
                _number(finding.limit if finding else None),
                finding.verdict.value if finding else "",
            ]
        )
    return out.getvalue()


def _names(record: RunRecord, measure: Measure) -> list[str]:
    names = (
        record.run_id,
        record.model.name,
        record.settings.tier,
        measure.instrument,
        measure.name,
        measure.condition,
        measure.category,
        measure.contrast_id,
        measure.group,
        measure.role,
        measure.unit,
    )
    # Lone surrogates have no bytes in UTF-8, and a file name may hold them.
    return [guard_cell(name.encode("utf-8", "replace").decode("utf-8")) for name in names]


def _ends(span: Interval | None) -> tuple[str, str]:
    return (_number(span.low), _number(span.high)) if span else ("", "")


def _number(value: float | None) -> str:
    return "" if value is None else repr(round(value, 10))
