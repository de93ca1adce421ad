"""The battery of one tier: words and wordings crossed into the items that are asked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from importlib.resources.abc import Traversable
from itertools import chain, zip_longest

import msgspec

from auditor.battery import BATTERY_INSTRUMENTS, PAIRING_INSTRUMENTS, STANDALONE_INSTRUMENTS
from auditor.battery.conditions import under_conditions
from auditor.core.instrument import Battery, Template, TierPlan
from auditor.core.items import TIERS, Contrast, Item, Split, Stimulus, Tier
from auditor.errors import BatteryInvalid
from auditor.prompt_library.battery_files import (
    ContrastEntry,
    Domain,
    Library,
    TemplateEntry,
    TierSize,
    read_library,
)
from auditor.prompt_library.documents import did_you_mean


def load_battery(
    tier: Tier,
    *,
    instruments: Sequence[str] = BATTERY_INSTRUMENTS,
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
    return battery_of(read_library(root), tier, instruments=instruments, split=split)


def battery_of(
    library: Library,
    tier: Tier,
    *,
    instruments: Sequence[str],
    split: Split = "audit",
    size: TierSize | None = None,
) -> Battery:
    """As `load_battery`, of files that were read already; with another size of the tier if given.

    `sha256` is that of the files, whatever the size.
    """
    for name in instruments:
        if name not in BATTERY_INSTRUMENTS:
            raise BatteryInvalid(
                f"Unknown instrument `{name}`{did_you_mean(name, list(BATTERY_INSTRUMENTS))}"
            )
    digest = _digest(library)
    if size is not None:
        library = replace(
            library,
            manifest=replace(library.manifest, tiers={**library.manifest.tiers, tier: size}),
        )
    contrasts = _contrasts(library, tier)
    wanted = set(instruments)
    return Battery(
        version=library.manifest.version,
        sha256=digest,
        tier=tier,
        contrasts=tuple(c for c in contrasts.values() if wanted & set(c.instruments)),
        stimuli=_stimuli(library, tier, split),
        items=tuple(
            item for item in _items(library, contrasts, tier, split) if item.instrument in wanted
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


def askers(root: Traversable | None = None) -> dict[str, tuple[str, ...]]:
    """Every contrast of the battery, of whatever tier, with the instruments that ask it."""
    contrasts = _contrasts(read_library(root), TIERS[-1]).values()
    return {contrast.contrast_id: contrast.instruments for contrast in contrasts}


def is_asked(contrast: ContrastEntry, tier: Tier) -> bool:
    """Whether a tier is large enough for a contrast."""
    return TIERS.index(contrast.tier) <= TIERS.index(tier)


def _contrasts(library: Library, tier: Tier) -> dict[str, Contrast]:
    """Every contrast of a tier: those of the shared stimuli, then the instruments' own."""
    pairing = tuple(entry.name for entry in library.manifest.instruments)
    shared = (
        Contrast(
            contrast_id=entry.id,
            category=file.category,
            label=entry.label,
            role=entry.role,
            target=entry.target,
            reference=entry.reference,
            note=entry.note,
            instruments=pairing,
        )
        for file in library.stimulus_files
        for entry in file.contrasts
        if is_asked(entry, tier)
    )
    own = (
        contrast
        for entry, content in zip(library.manifest.standalone, library.contents, strict=True)
        for contrast in STANDALONE_INSTRUMENTS[entry.name].contrasts(content, tier)
    )
    found: dict[str, Contrast] = {}
    for contrast in chain(shared, own):
        if contrast.contrast_id in found:
            raise BatteryInvalid(f"The contrast `{contrast.contrast_id}` is given twice.")
        found[contrast.contrast_id] = contrast
    return found


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
    library: Library, contrasts: dict[str, Contrast], tier: Tier, split: Split
) -> Iterator[Item]:
    """Every item of a tier and split, then those of its conditions."""
    for entry in library.manifest.instruments:
        yield from _paired_items(library, contrasts, entry.name, tier, split)
    own = tuple(_standalone_items(library, tier, split))
    yield from own
    if split == "audit":
        reach = library.conditions.tiers[tier].items_of
        reached = own if reach == tier else tuple(_standalone_items(library, reach, split))
        yield from under_conditions(reached, library.conditions, tier)


def _standalone_items(library: Library, tier: Tier, split: Split) -> Iterator[Item]:
    for entry, content in zip(library.manifest.standalone, library.contents, strict=True):
        yield from STANDALONE_INSTRUMENTS[entry.name].items(content, tier, split)


def _paired_items(
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
    templates = tuple(template_of(entry) for entry in wordings)
    try:
        return PAIRING_INSTRUMENTS[instrument].items(
            _stimuli(library, tier, split), contrasts, templates, plan
        )
    except (KeyError, IndexError, ValueError) as failure:
        raise BatteryInvalid(
            f"A template of {instrument} has a field that is not one: {failure}."
        ) from failure


def template_of(entry: TemplateEntry) -> Template:
    """A wording as the instruments take it."""
    return Template(
        template_id=entry.id,
        text=entry.text,
        answer=entry.answer,
        statement=entry.statement,
        low_is_agree=entry.low_is_agree,
    )


def _digest(library: Library) -> str:
    """Over the files' content and over what the code makes of it."""
    digest = sha256(msgspec.json.encode(library))
    files = digest.digest()
    if files not in _digests:
        splits: tuple[Split, ...] = ("audit", "fix")
        for tier in TIERS:
            contrasts = _contrasts(library, tier)
            for contrast in contrasts.values():
                digest.update(msgspec.json.encode(contrast))
            for split in splits:
                for item in _items(library, contrasts, tier, split):
                    digest.update(msgspec.json.encode(item))
        _digests[files] = digest.hexdigest()
    return _digests[files]


_digests: dict[bytes, str] = {}
"""By the hash of the files' content: making every item of every tier takes a second or more."""
