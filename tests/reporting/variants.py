"""Every kind of report there is, from scripted results: what any report must be, each of them is.

All but a few speak of two categories only, so that each can be printed in seconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from auditor.core.presentation import PLAIN, About, Brand, Presentation
from auditor.core.results import AuditResult
from auditor.core.standards import Crosswalk
from auditor.prompt_library.logo import plain_logo
from auditor.prompt_library.standards import load_crosswalk
from auditor.reporting.html import render_html
from auditor.reporting.language import speaking
from auditor.reporting.pdf import Attachment, write_pdf
from auditor.reporting.redaction import is_withheld, redact
from auditor.reporting.report import summarise
from tests.logos import RGBA, png
from tests.reporting.builders import result
from tests.reporting.fix_builders import fix_result
from tests.reporting.hostile import hostile_texts, quoting
from tests.reporting.layer_builders import blank_concept, clear_concept, layer_result, with_base
from tests.reporting.review_builders import (
    not_comparable,
    with_baseline,
    with_increases,
    with_models,
)
from tests.reporting.standalone_builders import standalone_result
from tests.reporting.test_adapter_pages import adapted, register, slope

Variant = tuple[AuditResult, Presentation]
FEW = ("gender", "age")
OWN_CONTRASTS = ("admissions", "pronoun-occupation", "matched-guise", "matched-guise-russian")
FILES = (
    Attachment(name="scores.csv", content=b"run,model\n", description="measures"),
    Attachment(name="responses.jsonl", content=b'{"text": "wicked"}\n', description="answers"),
    Attachment(
        name="manifest.sha256", content=b"00  x\n", description="hashes", relationship="Supplement"
    ),
)
"""What each PDF is given to carry, if its presentation does not withhold it."""


def variants() -> Mapping[str, Callable[[], Variant]]:
    """Each with the presentation that it is given out with."""
    return {
        "one-model": lambda: (result(), Presentation(crosswalk=_crosswalk())),
        "plain": lambda: (few(result()), PLAIN),
        "standalone": lambda: (standalone_result(*OWN_CONTRASTS, is_alone=True), _brief()),
        "fix": lambda: (_with_fix(few(result())), _brief()),
        "layers": lambda: (_with_layers(few(result())), _brief()),
        "adapter": lambda: (
            few(adapted(register("refusal", tier="quick"), (slope("gender.terms", 0.2),))),
            _brief(),
        ),
        "several-models": lambda: (
            with_models(with_baseline(with_increases(few(result())))),
            _brief(),
        ),
        "not-comparable": lambda: (not_comparable(with_increases(few(result()))), _brief()),
        "german": lambda: (
            _with_layers(
                with_baseline(with_increases(few(standalone_result("hiring", "stability"))))
            ),
            Presentation(language="de", crosswalk=_crosswalk()),
        ),
        "spanish": lambda: (
            _with_fix(with_models(few(standalone_result("question-answering", "matched-guise")))),
            Presentation(language="es", crosswalk=_crosswalk()),
        ),
        "final-letter": lambda: (few(result()), _final(few(result()))),
        "redacted": lambda: (
            _with_layers(_hostile()),
            replace(_brief(), redacted=("outputs", "paths", "host")),
        ),
        "hostile": lambda: (_hostile(), _brief()),
    }


def page(name: str) -> str:
    """A variant's HTML."""
    told, presentation = variants()[name]()
    with speaking(presentation.language):
        return render_html(summarise(redact(told, presentation.redacted), presentation))


def carried(name: str) -> tuple[Attachment, ...]:
    """What a variant's PDF carries."""
    _, presentation = variants()[name]()
    return tuple(file for file in FILES if not is_withheld(file.name, presentation.redacted))


def print_page(name: str, html: str, path: Path) -> None:
    """A variant's PDF, with what it carries."""
    told, _ = variants()[name]()
    write_pdf(html, carried(name), path, created=told.finished)


def few(told: AuditResult) -> AuditResult:
    """Two of its categories, with their ladders and every control."""
    kept = {
        one.contrast_id
        for one in told.contrasts
        if one.category in FEW or one.role not in ("primary", "ladder")
    }
    criteria = tuple(one for one in told.policy.criteria if one.contrast in kept)
    return replace(
        told,
        contrasts=tuple(one for one in told.contrasts if one.contrast_id in kept),
        policy=replace(told.policy, criteria=criteria),
        measures=tuple(one for one in told.measures if one.contrast_id in kept),
        findings=tuple(one for one in told.findings if one.contrast_id in kept),
        quotes=tuple(one for one in told.quotes if one.contrast_id in kept),
    )


@cache
def _crosswalk() -> Crosswalk:
    return load_crosswalk()


def _brief() -> Presentation:
    """One standard, as an audit file may choose."""
    about = About(
        organisation="Example Bank",
        answers=(),
        mitigations=(),
        standards=("nist-sp-1270",),
        sha256="0" * 64,
    )
    return Presentation(crosswalk=_crosswalk(), about=about)


def _final(told: AuditResult) -> Presentation:
    """Everything filled in, on the organisation's own paper."""
    about = About(
        organisation="Example Bank",
        answers=tuple((one.field_id, f"As told: {one.label}") for one in _crosswalk().fields),
        mitigations=tuple((one.criterion_id, "Accepted by J. Doe") for one in told.findings),
        standards=(),
        sha256="0" * 64,
    )
    brand = Brand(
        name="Example Bank",
        logo_png=plain_logo(png(120, 32, colour=RGBA, pixel=b"\x7a\x1f\x5c\xc0"), "logo.png"),
        accent="#7A1F5C",
        footer="Example Bank AG, Model Risk",
        classification="Confidential",
    )
    return Presentation(
        paper="Letter", brand=brand, about=about, is_final=True, crosswalk=_crosswalk()
    )


def _hostile() -> AuditResult:
    return quoting(few(result()), [text for _, text in sorted(hostile_texts().items())])


def _with_fix(told: AuditResult) -> AuditResult:
    return replace(told, fix=fix_result("ideal"))


def _with_layers(told: AuditResult) -> AuditResult:
    return replace(told, layers=with_base(layer_result(clear_concept(), blank_concept())))
