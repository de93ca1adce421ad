"""What a comparison says on the terminal: a line a model, and pairs for machines."""

from collections import Counter

from auditor.core.agreement import Agreement
from auditor.core.fix_results import Effect
from auditor.core.policy import Verdict
from auditor.core.review import ModelScores
from auditor.reporting.comparison.material import Material, asked_changes
from auditor.reporting.effect_numbers import effect_text, n_text
from auditor.reporting.reviews.models_pages import letter

_HEADS = ("", "model", "parameters", "implicit", "explicit", "unusable", "verdicts")


def models_lines(material: Material) -> list[str]:
    """The models with their scores over all categories, then what each number is over."""
    rows = [_HEADS]
    for place, one in enumerate(material.comparison.models.models):
        asked = {criterion_id for criterion_id, _ in one.values}
        counts = Counter(verdict for name, verdict in one.verdicts if name in asked)
        rows.append(
            (
                letter(place),
                material.name(place),
                f"{one.run.model.n_parameters:,}",
                _score(one.implicit),
                _score(one.explicit),
                "-" if one.unusable.value is None else effect_text(one.unusable, "rate"),
                ", ".join(f"{counts[v]} {v}" for v in Verdict if counts[v]),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    return [
        *(
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ),
        *(
            line
            for place, one in enumerate(material.comparison.models.models)
            if (line := _counts_line(place, one))
        ),
    ]


def _counts_line(place: int, one: ModelScores) -> str:
    """What the numbers of a model are over; empty where it has none."""
    told = [
        f"{name} {n_text(effect)}"
        for name, effect in (
            ("implicit", one.implicit),
            ("explicit", one.explicit),
            ("unusable", one.unusable),
        )
        if effect.value is not None
    ]
    return f"{letter(place)}  {'; '.join(told)} (stimuli in brackets)" if told else ""


def pairs_as_json(material: Material) -> dict[str, object]:
    """The models, the words of each pair, and its cells over all tests."""
    compared = material.comparison
    return {
        "models": [
            {
                "letter": letter(place),
                "name": material.name(place),
                "run_id": record.run_id,
                "weights_sha256": record.model.weights_sha256,
            }
            for place, record in enumerate(material.records)
        ],
        "changes": [
            {
                "first": letter(one.first),
                "second": letter(one.second),
                **Counter(change.word for change in asked_changes(one)),
            }
            for one in compared.reviews
        ],
        "agreement": [
            {
                "first": letter(pair.first),
                "second": letter(pair.second),
                "mode": one.about.mode,
                **_cells(one),
            }
            for pair in compared.agreement.pairs
            for one in pair.tables
            if one.about.kind == "all"
        ],
        "distances": [
            {
                "first": letter(one.first),
                "second": letter(one.second),
                "missing_because": one.missing_because,
                "kl": _number(one.distances[0].divergence) if one.distances else None,
                "flipped": _number(one.distances[0].flips) if one.distances else None,
            }
            for one in compared.distances
        ],
    }


def _cells(one: Agreement) -> dict[str, object]:
    return {
        "both": one.cells.both,
        "only_first": one.cells.only_first,
        "only_second": one.cells.only_second,
        "neither": one.cells.neither,
        "left_out": one.left_out.n,
        "expected_both": one.expected_both,
        "n_telling": one.n_telling,
        "excess": _number(one.excess),
        "systemic_ratio": _number(one.systemic_ratio),
    }


def _number(effect: Effect) -> dict[str, float | None]:
    """A number with what it must never be read without."""
    span = effect.interval
    return {
        "value": effect.value,
        "low": span.low if span else None,
        "high": span.high if span else None,
        "n": effect.n,
        "n_clusters": effect.n_clusters,
        "n_unscored": effect.n_unscored,
    }


def _score(effect: Effect) -> str:
    if effect.value is None or effect.interval is None:
        return "-"
    return f"{effect.value:+.2f} [{effect.interval.low:+.2f}, {effect.interval.high:+.2f}]"
