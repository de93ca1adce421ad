"""The battery of one tier: words and wordings crossed into the items that are asked."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.resources.abc import Traversable
from itertools import chain, zip_longest

import msgspec

from auditor.battery import INSTRUMENTS
from auditor.core.instrument import Battery, Template, TierPlan
from auditor.core.items import TIERS, Contrast, Item, Split, Stimulus, Tier
from auditor.errors import BatteryInvalid
from auditor.prompt_library.battery_files import (
    ContrastEntry,
    Domain,
    Library,
    TemplateEntry,
    read_library,
)
from auditor.prompt_library.documents import did_you_mean


def load_battery(
    tier: Tier,
    *,
    instruments: Sequence[str] = tuple(INSTRUMENTS),
    split: Split = "audit",
    root: Traversable | None = None,
) -> Battery:
    """Everything that a tier asks with these instruments.

    `sha256` does not depend on the arguments: it is over every file and over every item of every
    tier, instrument and split, text included. `root` is the folder `prompts`, the shipped one if
    None.

    Raises:
        BatteryInvalid: an instrument is unknown, or the files do not hold together.
    """
    library = read_library(root)
    for name in (*instruments, *(entry.name for entry in library.manifest.instruments)):
        if name not in INSTRUMENTS:
            raise BatteryInvalid(
                f"Unknown instrument `{name}`{did_you_mean(name, list(INSTRUMENTS))}"
            )
    contrasts = _contrasts(library, tier)
    return Battery(
        version=library.manifest.version,
        sha256=_digest(msgspec.json.encode(library)),
        tier=tier,
        contrasts=tuple(contrasts.values()),
        stimuli=_stimuli(library, tier, split),
        items=tuple(
            item
            for entry in library.manifest.instruments
            if entry.name in instruments
            for item in _items(library, contrasts, entry.name, tier, split)
        ),
    )


def stimuli_of(
    contrast: ContrastEntry, domains: Sequence[Domain], split: Split
) -> Iterator[Stimulus]:
    """A contrast's stimuli, one domain after the other in turn, so that any first part is balanced.

    Ids are stable as long as rows are only added behind the last one.
    """
    columns = [
        [(domain.domain, number, row) for number, row in enumerate(domain.rows(split), start=1)]
        for domain in domains
    ]
    in_turn = (one for one in chain.from_iterable(zip_longest(*columns)) if one is not None)
    words = contrast.words_of(split)
    prefix = "" if split == "audit" else "fix-"
    for rank, (domain_name, number, row) in enumerate(in_turn):
        target, reference = words[rank % len(words)] if words else (row[0], row[1])
        yield Stimulus(
            stimulus_id=f"{contrast.id}/{prefix}{domain_name}-{number:02d}",
            contrast_id=contrast.id,
            domain=domain_name,
            target=target,
            reference=reference,
            target_attribute=row[-2],
            reference_attribute=row[-1],
            context=contrast.context,
            split=split,
            rank=rank,
        )


def contrast_ids(root: Traversable | None = None) -> tuple[str, ...]:
    """Every contrast of the battery, of whatever tier."""
    return tuple(_contrasts(read_library(root), TIERS[-1]))


def is_asked(contrast: ContrastEntry, tier: Tier) -> bool:
    """Whether a tier is large enough for a contrast."""
    return TIERS.index(contrast.tier) <= TIERS.index(tier)


def _contrasts(library: Library, tier: Tier) -> dict[str, Contrast]:
    return {
        entry.id: Contrast(
            contrast_id=entry.id,
            category=file.category,
            label=entry.label,
            role=entry.role,
            target=entry.target,
            reference=entry.reference,
            note=entry.note,
        )
        for file in library.stimulus_files
        for entry in file.contrasts
        if is_asked(entry, tier)
    }


def _n_stimuli(library: Library, contrast: ContrastEntry, tier: Tier, split: Split) -> int:
    size = library.manifest.tiers[tier]
    if split == "fix":
        return size.n_fix_stimuli
    return size.n_control_stimuli if contrast.role == "positive-control" else size.n_stimuli


def _stimuli(library: Library, tier: Tier, split: Split) -> tuple[Stimulus, ...]:
    return tuple(
        stimulus
        for file in library.stimulus_files
        for contrast in file.contrasts
        if is_asked(contrast, tier)
        for stimulus in stimuli_of(contrast, library.domains_of(file.category, contrast), split)
        if stimulus.rank < _n_stimuli(library, contrast, tier, split)
    )


def _items(
    library: Library, contrasts: dict[str, Contrast], instrument: str, tier: Tier, split: Split
) -> tuple[Item, ...]:
    names = [entry.name for entry in library.manifest.instruments]
    place = names.index(instrument)
    file = library.template_files[place]
    wordings = file.audit if split == "audit" else file.fix
    n_templates = library.manifest.instruments[place].n_templates[tier]
    plan = TierPlan(
        n_templates=n_templates if split == "audit" else len(wordings),
        is_rotated=split == "audit" and library.manifest.tiers[tier].is_rotated,
    )
    templates = tuple(_template(entry) for entry in wordings)
    try:
        return INSTRUMENTS[instrument].items(
            _stimuli(library, tier, split), contrasts, templates, plan
        )
    except (KeyError, IndexError, ValueError) as failure:
        raise BatteryInvalid(
            f"A template of {instrument} has a field that is not one: {failure}."
        ) from failure


def _template(entry: TemplateEntry) -> Template:
    return Template(
        template_id=entry.id,
        text=entry.text,
        answer=entry.answer,
        statement=entry.statement,
        low_is_agree=entry.low_is_agree,
    )


@lru_cache(maxsize=8)
def _digest(encoded: bytes) -> str:
    """Over the files' content and over what the code makes of it; a matter of a second."""
    library = msgspec.json.decode(encoded, type=Library)
    contrasts = _contrasts(library, TIERS[-1])
    digest = sha256(encoded)
    splits: tuple[Split, ...] = ("audit", "fix")
    for tier in TIERS:
        for split in splits:
            for entry in library.manifest.instruments:
                for item in _items(library, contrasts, entry.name, tier, split):
                    digest.update(msgspec.json.encode(item))
    return digest.hexdigest()
