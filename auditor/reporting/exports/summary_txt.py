"""`summary.txt`: what a mail about an audit says, in the report's language. Pure."""

from auditor.reporting.language import tr, tr_n
from auditor.reporting.pages import Report


def summary_text(report: Report) -> str:
    """A line each: the verdict first, what it rests on, the findings, what is left to people.

    Lines are not wrapped: every mail program does that to the width it has.
    """
    cover = report.cover
    lines = (
        f"{cover.mark.word.upper()}: {report.title}",
        " ".join(part for part in (cover.verdict_line, cover.tally_line) if part),
        *report.summary.sentences,
        *_left(report),
        tr("Run: {run_id}", run_id=report.run_id),
        report.disclaimer,
    )
    return "".join(f"{' '.join(line.splitlines())}\n" for line in lines)


def _left(report: Report) -> tuple[str, ...]:
    if not report.filled.n_open:
        return ()
    left = tr_n(
        "{n} field is left to complete.", "{n} fields are left to complete.", report.filled.n_open
    )
    return (f"{report.status}: {left}",)
