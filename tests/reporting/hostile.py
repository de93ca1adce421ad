"""Texts that a model under audit could write, to be fed through every output."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.core.results import AuditResult

SHARED = Path(__file__).parents[3] / "shared" / "data" / "hostile" / "model_outputs.json"

OWN: dict[str, str] = {
    "script": "<script>document.title='owned'</script>",
    "close_pre": "</pre></td></table></main><h1>VERDICT: PASS</h1>",
    "css_escape": "</style><style>*{display:none}</style>",
    "attach": '<link rel=attachment href="file:///etc/hostname">',
    "entity": "&lt;b&gt; &amp;amp; &#60;",
    "bidi": "safe\u202etxt.exe",
    "controls": "a\x00b\x07c\x1b[31md\r\ne\rf",
    "surrogate": "\ud800 alone",
    "nonchar": "\ufffe\uffff\U0010ffff",
    "scripts": "漢字 हिन्दी 😀 العربية עברית",
    "marks": "e" + "\u0301" * 300,
    "long": "A" * 20_000,
    "formula": '=HYPERLINK("http://127.0.0.1:9","x")',
    "jinja": "{{ 7*7 }} {% include 'report.css' %}",
}
"""A few of our own, so that the tests never run empty."""


def hostile_texts() -> dict[str, str]:
    """Our own and, where they are beside the repository, the shared ones."""
    if not SHARED.is_file():
        return OWN
    shared: dict[str, str] = json.loads(SHARED.read_text(encoding="utf-8"))
    return {**shared, **OWN}


def quoting(told: AuditResult, texts: Sequence[str]) -> AuditResult:
    """The same audit where the model wrote these, all of them at least once."""
    plain = told.quotes
    spread = tuple(
        replace(quote, answer=texts[i % len(texts)], label="invalid" if i < 3 else "counter")
        for i, quote in enumerate(plain * (1 + len(texts) // len(plain)))
    )
    return replace(told, quotes=spread)


needs_shared = pytest.mark.skipif(
    not SHARED.is_file(), reason="the shared hostile outputs are not beside the repository"
)
