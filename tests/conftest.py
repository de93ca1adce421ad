"""One thread a process where several run side by side: more would only wait for each other."""

import gc
import os
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from auditor.workflows.rendering import Conclusion

if "PYTEST_XDIST_WORKER" in os.environ:
    # Read by OpenMP and BLAS when they are loaded, so before any test module imports them.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


# What a script ignores in the background, and `nohup`, every child process of a test would inherit.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Batteries and reports are made by the ten thousand of items and hardly of cycles: looking for
# garbage as often as usual takes a tenth of the time.
gc.set_threshold(50_000, 50, 100)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Every variant of the report, and every document on several runs, as HTML by its name."""
    from tests.reporting.document_variants import document_page, documents
    from tests.reporting.variants import page, variants

    folder = tmp_path_factory.mktemp("pages")
    html = {
        **{name: page(name) for name in variants()},
        **{name: document_page(name) for name in documents()},
    }
    paths = {name: folder / f"{name}.html" for name in html}
    for name, path in paths.items():
        path.write_text(html[name], encoding="utf-8")
    return paths


@pytest.fixture(scope="session")
def pdfs(pages: Mapping[str, Path]) -> Mapping[str, Path]:
    """The same as PDF, by its name; two are printed at a time."""
    from tests.reporting.document_variants import documents, print_document
    from tests.reporting.variants import print_page

    def printed(name: str) -> Path:
        html = pages[name]
        path = html.with_suffix(".pdf")
        make = print_document if name in documents() else print_page
        make(name, html.read_text(encoding="utf-8"), path)
        return path

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(pages, pool.map(printed, pages), strict=True))


@pytest.fixture(scope="session")
def whole_audit(tmp_path_factory: pytest.TempPathFactory) -> "Conclusion":
    """A whole audit of a scripted model, with its PDF."""
    from auditor.prompt_library import load_battery
    from auditor.workflows.audit import AuditRequest, audit_model
    from tests.battery_models import leaning

    conclusion = audit_model(
        leaning(load_battery("quick"), 0.6, seed=3),
        AuditRequest(model="scripted", tier="quick"),
        out=tmp_path_factory.mktemp("runs") / "scripted",
        on_batch=lambda _done, _total: None,
    )
    assert conclusion.pdf is not None, conclusion.pdf_missing_because
    return conclusion
