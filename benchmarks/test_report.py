"""A report made again from stored answers, against what WeasyPrint alone takes for its pages.

Seconds of processor time, of whole processes, taken in the same run, so that what else runs counts
little. The answers are a scripted model's, to the whole battery of tier quick.

    pytest benchmarks/test_report.py -n 0 -s
"""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from auditor.battery import BATTERY_INSTRUMENTS
from auditor.prompt_library import load_battery
from auditor.workflows.audit import AuditRequest, audit_model
from tests.battery_models import leaning

AT_MOST_RATIO = 1.5
"""Times the bare pages, charts included."""
N_REPEATS = 3
BARE = (
    "import sys, weasyprint; weasyprint.HTML(filename=sys.argv[1])"
    ".write_pdf(sys.argv[2], pdf_variant='pdf/a-3a')"
)


def processor_seconds(*arguments: str | Path) -> float:
    """Of a Python process and all of its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in (0, 1), done.stderr
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


@pytest.fixture(scope="module")
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report") / "run"
    # Where nothing is measured, one instrument is enough to see that it works.
    only = ("admissions",) if request.config.getoption("benchmark_disable") else BATTERY_INSTRUMENTS
    battery = load_battery("quick", instruments=only)
    asked = AuditRequest(model="scripted", tier="quick", instruments=only, wants_pdf=False)
    audit_model(
        leaning(battery, 0.4, seed=1), asked, out=out, on_batch=lambda _done, _planned: None
    )
    return out


def test_a_report_costs_little_more_than_its_pages(run: Path, is_measuring: bool) -> None:
    n_repeats = N_REPEATS if is_measuring else 1
    bare_pdf = run.parent / "bare.pdf"
    whole = min(processor_seconds("-m", "auditor", "report", run) for _ in range(n_repeats))
    bare = min(
        processor_seconds("-c", BARE, run / "report.html", bare_pdf) for _ in range(n_repeats)
    )
    n_pages = len(PdfReader(run / "report.pdf").pages)
    sys.stdout.write(
        f"\n{n_pages} pages: {whole:.1f} s, of which WeasyPrint alone {bare:.1f} s "
        f"({whole / bare:.2f} x)\n"
    )
    assert not is_measuring or whole / bare <= AT_MOST_RATIO
