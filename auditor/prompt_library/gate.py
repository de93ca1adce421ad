"""By which limits a fix is judged, and the part of the battery that it is judged on."""

from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.resources.abc import Traversable
from itertools import chain

import msgspec

from auditor.battery.association import mirrored_statements, word_association
from auditor.battery.conditions import Wording
from auditor.battery.guise import matched_guise
from auditor.battery.questions import question_answering
from auditor.core.fix_evidence import FixTier, GateRules
from auditor.core.instrument import Battery
from auditor.core.items import TIERS, Item, Tier
from auditor.errors import BatteryInvalid
from auditor.prompt_library.battery import battery_of
from auditor.prompt_library.battery_files import TierSize, read_file, read_library
from auditor.prompt_library.fix import MANIFEST, FixManifest
from auditor.resources import data_root

OTHER_INSTRUMENTS = (
    mirrored_statements.name,
    question_answering.name,
    matched_guise.ENGLISH.name,
    matched_guise.RUSSIAN.name,
)
"""Asked as they are in the tier itself; word association is asked of more stimuli."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFile:
    """`fix/gate.yaml`, as in `auditor.core.fix_evidence.GateRules`."""

    version: str
    min_share_removed: float
    max_explicit_increase: float
    min_sensitivity_kept: float
    max_unusable_increase: float
    max_reply_loss: float
    max_answer_loss: float
    max_other_increase: float
    max_same_opening: float
    tiers: dict[Tier, FixTier]


def load_gate_rules(*, root: Traversable | None = None) -> GateRules:
    """The limits of a fix, and how much each tier asks to judge it.

    `sha256` is over the content of the file. `root` is the folder `prompts`, the shipped one if
    None.

    Raises:
        BatteryInvalid: the file is missing, or what it says cannot be meant.
    """
    folder = data_root() / "prompts" if root is None else root
    name = read_file(folder, MANIFEST, FixManifest).gate
    file = read_file(folder, name, GateFile)
    _check(name, file)
    limits = {each: getattr(file, each) for each in GateFile.__annotations__ if each != "tiers"}
    return GateRules(
        **limits,
        sha256=sha256(msgspec.json.encode(file)).hexdigest(),
        tiers=tuple((tier, file.tiers[tier]) for tier in TIERS),
    )


def load_gate_battery(tier: Tier, *, root: Traversable | None = None) -> Battery:
    """What a fix is judged on: the tier's own contrasts and wordings, with more pairings.

    Word association has the stimuli that the rules ask for, or the tier's own where those are
    more; the other instruments are asked as in the tier. Only the plain condition and greedy
    answers. Items have the ids and the texts that they have in an audit of some tier. `sha256` is
    over the audit's own hash and over every item; `root` is the folder `prompts`, the shipped one
    if None.

    Raises:
        BatteryInvalid: the files do not hold together, or there are fewer stimuli than asked for.
    """
    library = read_library(root)
    size = load_gate_rules(root=root).tier(tier)
    pairings = battery_of(
        library,
        tier,
        instruments=(word_association.name,),
        size=_enlarged(library.manifest.tiers[tier], size),
    )
    others = battery_of(library, tier, instruments=OTHER_INSTRUMENTS)
    _refuse_too_few_stimuli(pairings, size)
    items = tuple(each for each in chain(pairings.items, others.items) if _is_plain(each))
    digest = sha256(others.sha256.encode())
    for item in items:
        digest.update(msgspec.json.encode(item))
    contrasts = {each.contrast_id: each for each in (*pairings.contrasts, *others.contrasts)}
    return Battery(
        version=others.version,
        sha256=digest.hexdigest(),
        tier=tier,
        contrasts=tuple(contrasts.values()),
        stimuli=pairings.stimuli,
        items=items,
    )


def load_wordings(*, root: Traversable | None = None) -> tuple[Wording, ...]:
    """What is put beside a question where an instruction is compared with a fix."""
    return read_library(root).conditions.wordings


def _is_plain(item: Item) -> bool:
    return item.condition == "question" and item.sample == 0


def _enlarged(own: TierSize, size: FixTier) -> TierSize:
    """Never fewer stimuli than the tier itself asks."""
    return replace(
        own,
        n_stimuli=max(size.n_stimuli, own.n_stimuli),
        n_control_stimuli=max(size.n_control_stimuli, own.n_control_stimuli),
    )


def _refuse_too_few_stimuli(battery: Battery, size: FixTier) -> None:
    for contrast in battery.contrasts:
        is_control = contrast.role == "positive-control"
        wanted = size.n_control_stimuli if is_control else size.n_stimuli
        n = sum(each.contrast_id == contrast.contrast_id for each in battery.stimuli)
        if n < wanted:
            raise BatteryInvalid(
                f"{contrast.contrast_id}: the gate asks for more stimuli than its {n}."
            )


def _check(name: str, file: GateFile) -> None:
    """What would let every fix pass, or none, without anybody noticing."""
    for limit in GateFile.__annotations__:
        value = getattr(file, limit)
        if isinstance(value, float) and not 0 < value < 1:
            raise BatteryInvalid(f"prompts/{name}: `{limit}` must lie between 0 and 1.")
    for tier in TIERS:
        if tier not in file.tiers:
            raise BatteryInvalid(f"prompts/{name}: the tier `{tier}` is missing.")
        size = file.tiers[tier]
        for count in FixTier.__annotations__:
            value = getattr(size, count)
            if isinstance(value, int) and value < 1:
                raise BatteryInvalid(f"prompts/{name}, {tier}: `{count}` must be 1 or more.")
        scales = set(size.scales)
        if len(scales) < len(size.scales) or scales & {0, 1} or not all(s > 0 for s in scales):
            raise BatteryInvalid(
                f"prompts/{name}, {tier}: `scales` must be above 0 and differ from each other and "
                "from 1."
            )
