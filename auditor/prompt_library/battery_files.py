"""The battery's YAML files as they are written, and the checks that they hold together."""

from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from math import gcd
from typing import Any, TypeVar, cast

from auditor.battery import PAIRING_INSTRUMENTS, STANDALONE_INSTRUMENTS
from auditor.battery.conditions import Conditions
from auditor.core.items import TIERS, Role, Split, Tier
from auditor.errors import BatteryInvalid
from auditor.prompt_library.documents import did_you_mean, read_document
from auditor.resources import data_root

MANIFEST = "battery.yaml"

N_KEPT = 128
"""Files whose content is kept, by their bytes: one command reads the battery several times, and
parsing takes most of a second. The bytes are read each time, so that no change goes unseen."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class TierSize:
    """How much of the battery a tier asks."""

    n_stimuli: int
    n_control_stimuli: int
    """Of the positive control: what all other findings of a run rest on."""
    is_rotated: bool
    n_fix_stimuli: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentEntry:
    """An instrument's file of templates, and how many of them each tier uses."""

    name: str
    templates: str
    n_templates: dict[Tier, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandaloneEntry:
    """An instrument with a file of its own."""

    name: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`battery.yaml`."""

    version: str
    tiers: dict[Tier, TierSize]
    instruments: tuple[InstrumentEntry, ...]
    """Those that pair the stimuli's words with groups."""
    stimuli: tuple[str, ...]
    standalone: tuple[StandaloneEntry, ...]
    conditions: str
    """The file of what is put beside a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Rows of one kind: `[target attribute, reference attribute]`.

    Rows of four words also name their own two groups, in front.
    """

    domain: str
    source: str
    audit: tuple[tuple[str, ...], ...]
    fix: tuple[tuple[str, ...], ...]

    def rows(self, split: Split) -> tuple[tuple[str, ...], ...]:
        """The rows of one split."""
        return self.audit if split == "audit" else self.fix


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastEntry:
    """Two groups, and the domains of attributes that they are compared on."""

    id: str
    label: str
    role: Role
    target: str
    reference: str
    note: str
    words: tuple[tuple[str, str], ...]
    domains: tuple[str, ...]
    """Of the same file, or of another one as in `shared/valence`."""
    fix_words: tuple[tuple[str, str], ...] = ()
    """Other words for the groups where a fix may be trained; `words` when there are none."""
    context: str = ""
    tier: Tier = "quick"
    """The smallest tier that asks it."""

    def words_of(self, split: Split) -> tuple[tuple[str, str], ...]:
        """The pairs of group words of one split."""
        return self.fix_words if split == "fix" and self.fix_words else self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class StimulusFile:
    """One category: its attributes and its contrasts."""

    category: str
    label: str
    domains: tuple[Domain, ...]
    contrasts: tuple[ContrastEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateEntry:
    """One wording, as in `auditor.core.instrument.Template`."""

    id: str
    text: str
    answer: str = ""
    statement: str = ""
    low_is_agree: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFile:
    """One instrument's wordings, by split."""

    audit: tuple[TemplateEntry, ...]
    fix: tuple[TemplateEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Every file of the battery."""

    manifest: Manifest
    stimulus_files: tuple[StimulusFile, ...]
    template_files: tuple[TemplateFile, ...]
    """In the order of the manifest's instruments."""
    contents: tuple[Any, ...]
    """Of the standalone instruments, in the manifest's order."""
    conditions: Conditions

    def domains_of(self, category: str, contrast: ContrastEntry) -> tuple[Domain, ...]:
        """The domains that a contrast of this category names, in its order.

        Raises:
            BatteryInvalid: it names one that no file has.
        """
        known = {
            f"{file.category}/{domain.domain}": domain
            for file in self.stimulus_files
            for domain in file.domains
        }
        names = [name if "/" in name else f"{category}/{name}" for name in contrast.domains]
        for name in names:
            if name not in known:
                hint = did_you_mean(name, list(known))
                raise BatteryInvalid(f"Contrast {contrast.id}: unknown domain `{name}`{hint}")
        return tuple(known[name] for name in names)


def read_library(root: Traversable | None = None) -> Library:
    """Every file that `battery.yaml` names; `root` is the folder `prompts`, ours if None.

    Raises:
        BatteryInvalid: a file is missing or is not what it should be, or the files do not agree.
    """
    folder = data_root() / "prompts" if root is None else root
    manifest = read_file(folder, MANIFEST, Manifest)
    library = Library(
        manifest=manifest,
        stimulus_files=tuple(read_file(folder, name, StimulusFile) for name in manifest.stimuli),
        template_files=tuple(
            read_file(folder, entry.templates, TemplateFile) for entry in manifest.instruments
        ),
        contents=tuple(_content(folder, entry) for entry in manifest.standalone),
        conditions=read_file(folder, manifest.conditions, Conditions),
    )
    _check(library)
    return library


def _content(folder: Traversable, entry: StandaloneEntry) -> Any:
    """What a standalone instrument asks, as it checks it itself."""
    _refuse_unknown(entry.name, STANDALONE_INSTRUMENTS)
    return _checked(_bytes_of(folder, entry.file), entry)


@lru_cache(maxsize=N_KEPT)
def _checked(data: bytes, entry: StandaloneEntry) -> Any:
    instrument = STANDALONE_INSTRUMENTS[entry.name]
    content = _parsed(data, entry.file, cast("Hashable", instrument.content))
    try:
        instrument.check(content)
    except ValueError as failure:
        raise BatteryInvalid(f"prompts/{entry.file}: {failure}") from None
    return content


def _refuse_unknown(name: str, known: Collection[str]) -> None:
    if name not in known:
        raise BatteryInvalid(f"Unknown instrument `{name}`{did_you_mean(name, list(known))}")


def read_file(folder: Traversable, name: str, kind: type[T]) -> T:
    """One file under `prompts`.

    Raises:
        BatteryInvalid: it is missing, or not what it should be.
    """
    # A class is hashable, which its type does not say.
    content: T = _parsed(_bytes_of(folder, name), name, cast("Hashable", kind))
    return content


def _bytes_of(folder: Traversable, name: str) -> bytes:
    try:
        return folder.joinpath(*name.split("/")).read_bytes()
    except OSError:
        raise BatteryInvalid(
            f"The battery's file {name} is missing or cannot be read: install auditor again."
        ) from None


@lru_cache(maxsize=N_KEPT)
def _parsed(data: bytes, name: str, kind: Hashable) -> Any:
    return read_document(data, cast("type[Any]", kind), f"prompts/{name}", BatteryInvalid)


def _check(library: Library) -> None:
    """What would make numbers wrong without anybody noticing."""
    manifest = library.manifest
    for entry in manifest.instruments:
        _refuse_unknown(entry.name, PAIRING_INSTRUMENTS)
    for tier in TIERS:
        named = tier in manifest.tiers
        if not named or any(tier not in entry.n_templates for entry in manifest.instruments):
            raise BatteryInvalid(f"prompts/{MANIFEST}: the tier `{tier}` is missing.")
    _refuse_twice("contrast", (c.id for file in library.stimulus_files for c in file.contrasts))
    _refuse_twice("category", (file.category for file in library.stimulus_files))
    for entry, templates in zip(manifest.instruments, library.template_files, strict=True):
        _refuse_twice("template", (t.id for t in (*templates.audit, *templates.fix)))
        if len(templates.audit) < max(entry.n_templates.values()):
            raise BatteryInvalid(f"{entry.name}: a tier asks for more templates than there are.")
    for file in library.stimulus_files:
        for contrast in file.contrasts:
            _check_contrast(contrast, library.domains_of(file.category, contrast), manifest)


def _check_contrast(
    contrast: ContrastEntry, domains: tuple[Domain, ...], manifest: Manifest
) -> None:
    _refuse_twice(f"{contrast.id}: domain", (domain.domain for domain in domains))
    n_words = 2 if contrast.words else 4
    for domain in domains:
        if any(len(row) != n_words for row in (*domain.audit, *domain.fix)):
            raise BatteryInvalid(
                f"{contrast.id}: every row of `{domain.domain}` needs {n_words} words."
            )
    for split in ("audit", "fix"):
        # Otherwise some words would only ever meet one domain, or one domain one template.
        if gcd(len(domains), max(1, len(contrast.words_of(split)))) > 1 or len(domains) % 2 == 0:
            raise BatteryInvalid(
                f"{contrast.id}: the number of domains must be odd and share no factor with the "
                f"number of word pairs ({split})."
            )
    n_audit = sum(len(domain.audit) for domain in domains)
    sizes = manifest.tiers.values()
    if n_audit < max(max(size.n_stimuli, size.n_control_stimuli) for size in sizes):
        raise BatteryInvalid(f"{contrast.id}: a tier asks for more stimuli than its {n_audit}.")


def _refuse_twice(what: str, names: Iterable[str] | Iterator[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BatteryInvalid(f"The {what} `{name}` is given twice.")
        seen.add(name)
