"""What a comparison says on the terminal: a line a model, and pairs for machines."""

from collections import Counter

from auditor.core.agreement import Agreement
from auditor.core.fix_results import Effect
from auditor.core.policy import Verdict
from auditor.reporting.comparison.material import Material
from auditor.reporting.reviews.models_pages import letter

_HEADS = ("", "model", "parameters", "implicit", "explicit", "unusable", "verdicts")


def models_lines(material: Material) -> list[str]:
    """The models with their scores over all categories."""
    rows = [_HEADS]
    for place, one in enumerate(material.comparison.models.models):
        counts = Counter(verdict for _, verdict in one.verdicts)
        rows.append(
            (
                letter(place),
                material.name(place),
                f"{one.run.model.n_parameters:,}",
                _score(one.implicit),
                _score(one.explicit),
                "-" if one.unusable.value is None else f"{one.unusable.value:.0%}",
                ", ".join(f"{counts[v]} {v}" for v in Verdict if counts[v]),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


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
                **Counter(change.word for change in one.review.changes),
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
                "kl": one.distances[0].divergence.value if one.distances else None,
                "flipped": one.distances[0].flips.value if one.distances else None,
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
        "systemic_ratio": one.systemic_ratio.value,
    }


def _score(effect: Effect) -> str:
    if effect.value is None or effect.interval is None:
        return "-"
    return f"{effect.value:+.2f} [{effect.interval.low:+.2f}, {effect.interval.high:+.2f}]"
