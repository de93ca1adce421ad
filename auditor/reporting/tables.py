"""The tidy table of every measure: `scores.csv`."""

import csv
from io import StringIO

from auditor.core.measures import Interval, Measure
from auditor.core.results import AuditResult
from auditor.reporting.cleaning import guard_cell

COLUMNS = (
    "run",
    "model",
    "condition",
    "test",
    "measure",
    "category",
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


def scores_csv(result: AuditResult) -> str:
    """Every measure as one row; what is undefined is empty, never 0.

    Text is guarded against being read as a formula; numbers are written in full.
    """
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    findings = {finding.measure_id: finding for finding in result.findings}
    for measure in result.measures:
        finding = findings.get(measure.measure_id)
        writer.writerow(
            [
                *_names(result, measure),
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


def _names(result: AuditResult, measure: Measure) -> list[str]:
    record = result.record
    names = (
        record.run_id,
        record.model.name,
        record.settings.tier,
        measure.instrument,
        measure.name,
        measure.category,
        measure.contrast_id,
        measure.role,
        measure.unit,
    )
    # Lone surrogates have no bytes in UTF-8, and a file name may hold them.
    return [guard_cell(name.encode("utf-8", "replace").decode("utf-8")) for name in names]


def _ends(span: Interval | None) -> tuple[str, str]:
    return (_number(span.low), _number(span.high)) if span else ("", "")


def _number(value: float | None) -> str:
    return "" if value is None else repr(round(value, 10))
