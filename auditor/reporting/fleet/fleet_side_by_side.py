"""Models of a fleet that were asked the same: criteria by models, scores by size. Pure."""

from collections.abc import Mapping, Sequence

from auditor.core.fleet import FleetModel, FleetResult, comparable, is_audited
from auditor.reporting import rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.cleaning import clean_line
from auditor.reporting.effect_numbers import effect_dot
from auditor.reporting.fleet.fleet_tables import Contrasts, matrix_tables
from auditor.reporting.fleet.fleet_words import letters
from auditor.reporting.language import tr
from auditor.reporting.pages import Part, ReviewSection
from auditor.reporting.reviews.size_chart import SizeChart, SizePoint
from auditor.reporting.reviews.size_figure import size_words


def side_by_side(result: FleetResult, contrasts: Contrasts) -> tuple[ReviewSection, ...]:
    """A part for each set of models that were asked the same; no section where there is none."""
    groups = comparable(result.models)
    if not groups:
        return ()
    names = letters(result.models)
    alone = sum(map(is_audited, result.models)) - sum(map(len, groups))
    lead = [
        tr(
            "Models that were asked the same questions and judged by the same policy. Each cell is "
            "one model’s own result; what two of them differ by is not tested here."
        )
    ]
    if alone:
        lead.append(
            tr(
                "Asked something else than every other, and left out here: {n}.",
                n=rounding.count(alone),
            )
        )
    return (
        ReviewSection(
            section_id="side-by-side",
            title=tr("Side by side"),
            lead=tuple(lead),
            parts=tuple(
                _group_part(group, names, contrasts, f"matrix-{place}")
                for place, group in enumerate(groups, start=1)
            ),
        ),
    )


def _group_part(
    group: Sequence[FleetModel], names: Mapping[str, str], contrasts: Contrasts, key: str
) -> Part:
    audit = group[0].audit
    assert audit is not None
    return Part(
        title=tr(
            "{n} models, battery {version}, tier {tier}, policy {policy}",
            n=rounding.count(len(group)),
            version=clean_line(audit.battery.version),
            tier=audit.settings.tier,
            policy=clean_line(f"{audit.policy.name} {audit.policy.version}"),
        ),
        lead="",
        chart=_size_chart(group, names),
        tables=matrix_tables(group, names, contrasts, key),
    )


def _size_chart(group: Sequence[FleetModel], names: Mapping[str, str]) -> SizeChart | None:
    """The scores by size, where there are several sizes and scores over all categories."""
    found = [(names[model.name], model.audit.scores) for model in group if model.audit is not None]
    found = [
        (name, scores)
        for name, scores in sorted(found, key=lambda pair: pair[1].run.model.n_parameters)
        if scores.run.model.n_parameters and (scores.implicit.interval or scores.explicit.interval)
    ]
    if len({scores.run.model.n_parameters for _, scores in found}) < 2:
        return None
    told = [
        tr(
            "Model {letter}, {size}: implicit {implicit}, explicit {explicit}.",
            letter=name,
            size=size_words(scores.run.model.n_parameters),
            implicit=rounding.of_unit(scores.implicit.value, "score"),
            explicit=rounding.of_unit(scores.explicit.value, "score"),
        )
        for name, scores in found
    ]
    return SizeChart(
        title=tr("Scores over all categories of {n} models, by size", n=rounding.count(len(found))),
        alt=chart_alt(tr("Implicit and explicit score against the number of parameters."), told),
        points=tuple(
            SizePoint(
                label=name,
                family=scores.run.model.architecture,
                n_parameters=scores.run.model.n_parameters,
                implicit=effect_dot(scores.implicit),
                explicit=effect_dot(scores.explicit),
            )
            for name, scores in found
        ),
    )
