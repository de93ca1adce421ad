"""One fix, looked up the way its pages need it. Pure."""

from collections.abc import Sequence

from auditor.core.fix_evidence import Training
from auditor.core.fix_results import Effect, FixResult, SeedResult, Slope
from auditor.core.items import Role
from auditor.reporting import naming
from auditor.reporting.fix.fix_names import POOLED, FixNames
from auditor.reporting.view import EXPLICIT, IMPLICIT


def own_training(told: FixResult) -> Training:
    """That of the adapter which is judged: the record's own settings, without a control."""
    settings = told.record.settings
    found = [t for t in told.trainings if t.trained.settings == settings]
    return found[0] if found else told.trainings[0]


def slope_of(told: FixResult, key: str) -> Slope | None:
    """The slope with this key; None where it was not measured."""
    return next((s for s in told.slopes if s.key == key), None)


def roles(told: FixResult) -> dict[str, Role]:
    """What each contrast is for, as far as the measures of the arms say."""
    return {m.contrast_id: m.role for _, measures in told.measures for m in measures}


def control_ids(told: FixResult, names: FixNames) -> frozenset[str]:
    """The contrasts that are controls: a score that shrinks is no improvement there."""
    known = roles(told).items()
    return names.controls | {one for one, role in known if role.endswith("-control")}


def primaries(told: FixResult, names: FixNames) -> list[str]:
    """The contrasts of groups that the gate judges, in the report's order."""
    known = roles(told)
    found = dict.fromkeys(s.contrast_id for s in told.slopes if s.contrast_id)
    kept = [c for c in found if known.get(c, "primary") == "primary"]
    return sorted(kept, key=names.place)


def slopes_of(told: FixResult, names: FixNames, instruments: Sequence[str]) -> list[Slope]:
    """The scores of some instruments: pooled first, then by category in the report's order."""
    pooled = {f"{POOLED}{name}" for name in instruments}
    mine = [
        s
        for s in told.slopes
        if s.key in pooled or (s.contrast_id and instrument_of(s) in instruments)
    ]
    return sorted(
        mine,
        key=lambda s: (
            bool(s.contrast_id),
            names.place(s.contrast_id) if s.contrast_id else 0,
            instruments.index(instrument_of(s)) if not s.contrast_id else 0,
        ),
    )


def other_instruments(told: FixResult) -> list[str]:
    """What has scores by contrast beside the two halves of the headline."""
    found = dict.fromkeys(instrument_of(slope) for slope in told.slopes if slope.contrast_id)
    return [name for name in found if name not in (IMPLICIT, EXPLICIT)]


def control_rows(told: FixResult) -> list[tuple[str, Effect]]:
    """Names of every seed, the judged one first, then of the controls: towards zero positive."""
    own = own_name(told)
    seeds = sorted(told.seeds, key=lambda seed: seed.name != own)
    return [
        *((seed.name, seed.change) for seed in seeds),
        *((control.control, control.change) for control in told.controls),
    ]


def other_seeds(told: FixResult) -> list[SeedResult]:
    """Adapters of the same recipe that are described and not judged."""
    own = own_name(told)
    return [seed for seed in told.seeds if seed.name != own]


def own_name(told: FixResult) -> str:
    """Name of the adapter that is judged."""
    return own_training(told).name if told.trainings else ""


def instrument_of(slope: Slope) -> str:
    """The instrument that a slope is of; what is of none, as everyday replies, by its own name."""
    return naming.instrument_of(slope.key.removeprefix(POOLED)).partition("/")[0]
