"""The summary of a fleet: every model's outcome, those not audited, those asked the same. Pure."""

from collections.abc import Sequence

from auditor.core.fleet import FleetResult, is_audited
from auditor.reporting import rounding, standing
from auditor.reporting.blocks import Fact
from auditor.reporting.cleaning import clean_line
from auditor.reporting.document import Document
from auditor.reporting.fleet import fleet_provenance
from auditor.reporting.fleet.fleet_side_by_side import side_by_side
from auditor.reporting.fleet.fleet_tables import Contrasts, models_table, not_audited_table
from auditor.reporting.fleet.fleet_words import fleet_exit_words, fleet_mark, letters
from auditor.reporting.language import language, tr, tr_n
from auditor.reporting.pages import ReviewSection


def fleet_document(result: FleetResult, contrasts: Contrasts) -> Document:
    """Everything that is printed of a fleet; `contrasts` are those of all its batteries, by id."""
    n = len(result.models)
    title = clean_line(result.title) or tr_n("Audit of {n} model", "Audits of {n} models", n)
    return Document(
        kicker=tr("Fleet of models"),
        title=title,
        language=language(),
        created=result.finished,
        description=tr("What became of every audit of a fleet of models"),
        generator=f"auditor {result.tool_version}",
        run_id=tr_n("{n} model", "{n} models", n),
        mark=fleet_mark(result),
        verdict_line=_tally(result),
        facts=_facts(result),
        summary=tuple(_summary(result)),
        summary_table=models_table(result, contrasts),
        reviews=(*_not_audited(result), *side_by_side(result, contrasts)),
        method=fleet_provenance.method(),
        provenance=fleet_provenance.provenance(result),
        files=fleet_provenance.files(result),
        commands=fleet_provenance.commands(),
        disclaimer=tr(standing.DISCLAIMER),
    )


def _tally(result: FleetResult) -> str:
    """How many were audited, how many exceed their policy, how many were not audited."""
    endings = [model.ending for model in result.models]
    audited = sum(map(is_audited, result.models))
    return tr(
        "Models audited: {audited} of {n}, {beyond} of them beyond their policy’s rules. Could not "
        "be audited: {missing}.",
        audited=rounding.count(audited),
        n=rounding.count(len(endings)),
        beyond=rounding.count(endings.count("exceeds-policy")),
        missing=rounding.count(len(endings) - audited),
    )


def _facts(result: FleetResult) -> tuple[Fact, ...]:
    audits = [model.audit for model in result.models if model.audit is not None]
    batteries = dict.fromkeys(
        tr(
            "{version}, tier {tier}",
            version=clean_line(one.battery.version),
            tier=one.settings.tier,
        )
        for one in audits
    )
    policies = dict.fromkeys(
        clean_line(f"{one.policy.name} {one.policy.version}") for one in audits
    )
    return (
        Fact(label=tr("Begun"), text=rounding.moment(result.started)),
        Fact(label=tr("Finished"), text=rounding.moment(result.finished)),
        *_listed(tr("Battery"), list(batteries)),
        *_listed(tr("Policy"), list(policies)),
        Fact(label=tr("Exit code"), text=fleet_exit_words(result)),
        Fact(label=tr("Fleet file"), text=f"sha256 {result.file_sha256[:16]}…", is_code=True),
    )


def _listed(label: str, told: Sequence[str]) -> tuple[Fact, ...]:
    return (Fact(label=label, text="; ".join(told)),) if told else ()


def _summary(result: FleetResult) -> list[str]:
    told = [_tally(result)]
    if not all(map(is_audited, result.models)):
        told.append(
            tr(
                "Of a model that could not be audited nothing is known: it has neither passed nor "
                "failed. The reason of each stands in a section of its own."
            )
        )
    if any(map(is_audited, result.models)):
        told.append(
            tr(
                "The verdict on a model is the worst on any of its criteria, or what keeps it from "
                "being a pass. Nothing is pooled over models."
            )
        )
    return told


def _not_audited(result: FleetResult) -> tuple[ReviewSection, ...]:
    missing = [model for model in result.models if not is_audited(model)]
    if not missing:
        return ()
    return (
        ReviewSection(
            section_id="not-audited",
            title=tr("Could not be audited"),
            lead=(
                tr(
                    "What was said stands as the process said it, in English; it may quote the "
                    "model’s own files. The whole of it is in the log. The same command goes on "
                    "where these stopped, once what is wrong is mended."
                ),
            ),
            tables=(not_audited_table(missing, letters(result.models)),),
            parts=(),
        ),
    )
