"""Keeps the schema of `results.json`: `python -m tests.results_schema` writes it from the types.

What a core type holds is described by its own docstrings, so that a field that is added there is
missed nowhere: a test compares the shipped file with what the types give.
"""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args

import msgspec

from auditor.core.fix_results import AdapterResult, FixMissing, FixResult
from auditor.core.instrument import NumericalNoise
from auditor.core.items import Contrast
from auditor.core.layer_results import LayerResult, LayersMissing
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Policy, Verdict
from auditor.core.results import InstrumentUse
from auditor.core.review import BaselineFinding, ModelsResult, Review, ReviewMissing
from auditor.core.runs import ModelIdentity, Settings
from auditor.reporting.exports.results_json import SCHEMA_ID, SCHEMA_VERSION

Json = dict[str, Any]

PATH = Path(__file__).parents[1] / "templates" / "schemas" / f"results-{SCHEMA_VERSION}.schema.json"
TYPES: tuple[type, ...] = (
    AdapterResult,
    BaselineFinding,
    Contrast,
    Finding,
    FixMissing,
    FixResult,
    InstrumentUse,
    LayerResult,
    LayersMissing,
    Measure,
    ModelIdentity,
    ModelsResult,
    NumericalNoise,
    Policy,
    Review,
    ReviewMissing,
    Settings,
)
UNITS = (
    "score",
    "rate",
    "difference",
    "ratio",
    "correlation",
    "slope",
    "persons",
    "nats",
    "p-value",
)
COUNTS = ("n_responses", "n_repeated", "n_reasoned", "n_text_responses", "n_unusable")
STRING: Json = {"type": "string"}
COUNT: Json = {"type": "integer", "minimum": 0}
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
SHA256: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
MOMENT: Json = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}"}
"""ISO 8601."""


def schema() -> Json:
    """The schema of the whole document, as JSON Schema 2020-12."""
    _, components = msgspec.json.schema_components(TYPES, ref_template="#/$defs/{name}")
    described = _described(TYPES)
    defs = {name: _closed(one, described.get(name, {})) for name, one in components.items()}
    for name in ("Measure", "Effect"):
        defs[name] = _with_reason(defs[name])
    defs["ReportedMeasure"] = _measure(defs["Measure"])
    defs["Finding"] = _finding(defs["Finding"])
    defs["ModelIdentity"] = _hashed(defs["ModelIdentity"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Results of a bias audit",
        "description": "All that an audit of a language model measured and judged. Scores run "
        "from -1 to 1, 0 is none and + the direction of the stereotype. A value that is null has "
        "a reason beside it. Intervals have the stimulus as their unit.",
        **_document(),
        "$defs": dict(sorted(defs.items())),
    }


def write() -> None:
    """Write the shipped file anew."""
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(text(), encoding="utf-8")


def text() -> str:
    """What the shipped file has to hold."""
    return json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _document() -> Json:
    return _object(
        {
            "$schema": {"const": SCHEMA_ID},
            "schema_version": {"const": SCHEMA_VERSION},
            "tool": _object({"name": {"const": "auditor"}, "version": STRING}),
            "run": _object(
                {
                    "run_id": STRING,
                    "created": MOMENT,
                    "finished": MOMENT,
                    "asking_seconds": {"type": "number", "minimum": 0},
                    "settings": _ref("Settings"),
                    "command": _list(STRING),
                    "versions": {"type": "object", "additionalProperties": STRING},
                    "hardware": {"type": "object", "additionalProperties": STRING},
                    "warnings": _list(STRING),
                }
            ),
            "model": _ref("ModelIdentity"),
            "battery": _object(
                {
                    "version": STRING,
                    "sha256": SHA256,
                    "n_items": COUNT,
                    "instruments": _list(_ref("InstrumentUse")),
                    "contrasts": _list(_ref("Contrast")),
                }
            ),
            "policy": _object({"sha256": SHA256, "declared": _ref("Policy")}),
            "counts": _object(dict.fromkeys(COUNTS, COUNT)),
            "outcome": _object(
                {
                    "verdict": _ref("Verdict"),
                    "exit_code": {
                        "enum": [0, 1],
                        "description": "0: within policy; 1: a finding exceeds it.",
                    },
                    "n_criteria": COUNT,
                    "n_not_asked": COUNT,
                    "tally": _object({verdict.value: COUNT for verdict in Verdict}),
                }
            ),
            "measures": _list(_ref("ReportedMeasure")),
            "noise": _list(_ref("NumericalNoise")),
            "findings": _list(_ref("Finding")),
            "layers": {"anyOf": [_ref("LayerResult"), _ref("LayersMissing")]},
            "fix": {"anyOf": [_ref("FixResult"), _ref("FixMissing")]},
            "adapter": {"anyOf": [_ref("AdapterResult"), {"type": "null"}]},
            "baseline": {"anyOf": [_ref("Review"), _ref("ReviewMissing")]},
            "baseline_findings": _list(_ref("BaselineFinding")),
            "models": {"anyOf": [_ref("ModelsResult"), _ref("ReviewMissing")]},
        }
    )


def _measure(known: Json) -> Json:
    """A measure, with what is computed from it and what it compares."""
    groups = _object({"target": STRING, "reference": STRING})
    added: Json = {
        "groups": {
            "anyOf": [groups, {"type": "null"}],
            "description": "Who is compared; null where the contrast did not run.",
        },
        "invalid_rate": {**SHARE, "description": "n_unscored of all responses."},
        "p_unadjusted": {
            "anyOf": [SHARE, {"type": "null"}],
            "description": "Two-sided, of a true score of 0, not corrected for other measures; "
            "null where the unit is not score.",
        },
    }
    properties = known["properties"] | added
    properties["unit"] = {**properties["unit"], "enum": list(UNITS)}
    for name in ("n", "n_unscored", "n_clusters"):
        properties[name] = {**properties[name], **COUNT}
    return _all_required({**known, "title": "ReportedMeasure", "properties": properties})


def _finding(known: Json) -> Json:
    for name in ("adjusted_p", "adjusted_p_beyond"):
        known["properties"][name]["anyOf"] = [SHARE, {"type": "null"}]
    known["properties"]["is_asked"] = {
        "type": "boolean",
        "description": "Whether the run asked what the criterion is about.",
    }
    return _all_required(known)


def _with_reason(known: Json) -> Json:
    """Either a value or a reason for none."""
    told = {"value": {"type": "number"}, "undefined_because": {"type": "null"}}
    untold = {"value": {"type": "null"}, "undefined_because": {"type": "string", "minLength": 1}}
    return {**known, "oneOf": [{"properties": told}, {"properties": untold}]}


def _hashed(known: Json) -> Json:
    for name in ("weights_sha256", "tokenizer_sha256"):
        known["properties"][name] |= SHA256
    return known


def _closed(known: Json, described: Mapping[str, str]) -> Json:
    """Nothing more and nothing less than the fields, each with its docstring."""
    if known.get("type") != "object":
        return known
    properties: Json = {}
    for name, one in known["properties"].items():
        kept = {key: part for key, part in one.items() if key != "default"}
        if name in described:
            # Siblings of a reference count since draft 2019-09.
            kept["description"] = described[name]
        properties[name] = kept
    return _all_required({**known, "properties": properties})


def _all_required(known: Json) -> Json:
    return {**known, "required": sorted(known["properties"]), "additionalProperties": False}


def _object(properties: Json) -> Json:
    return _all_required({"type": "object", "properties": properties})


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _described(types: Iterable[type]) -> dict[str, dict[str, str]]:
    """Docstrings of fields, by class and field, of these types and all that they hold."""
    found: dict[str, dict[str, str]] = {}
    open_types: list[Any] = list(types)
    while open_types:
        one = open_types.pop()
        open_types += get_args(one)
        if not (isinstance(one, type) and is_dataclass(one)) or one.__name__ in found:
            continue
        found[one.__name__] = _docstrings(one)
        open_types += [field.type for field in fields(one)]
    return found


def _docstrings(one: type) -> dict[str, str]:
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
    assert isinstance(body, ast.ClassDef)
    told: dict[str, str] = {}
    for line, following in zip(body.body, body.body[1:], strict=False):
        match line, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                told[name] = " ".join(words.split())
            case _:
                pass
    return told


if __name__ == "__main__":
    write()
