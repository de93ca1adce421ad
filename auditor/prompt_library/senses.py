"""What is asked of a model's layers: ambiguous words, sentences, questions, known answers."""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources.abc import Traversable

import msgspec

from auditor.battery.association import mirrored_statements, word_association
from auditor.battery.sense_texts import WORD, SenseFile, concept_of
from auditor.core.instrument import Template
from auditor.core.items import TIERS, Stimulus, Tier
from auditor.core.senses import (
    KnownAnswer,
    LayerPlan,
    Mention,
    ReadingPrompt,
    SenseQuestion,
    SenseSet,
)
from auditor.errors import BatteryInvalid
from auditor.prompt_library.battery import stimuli_of, template_of
from auditor.prompt_library.battery_files import Library, read_file, read_library
from auditor.prompt_library.documents import did_you_mean
from auditor.resources import data_root

MANIFEST = "senses.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """A word whose reading in words is known."""

    text: str
    word: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SensesManifest:
    """`senses.yaml`."""

    version: str
    tiers: dict[Tier, LayerPlan]
    concepts: tuple[str, ...]
    """Files, in the order in which they are read and reported."""
    questions: tuple[SenseQuestion, ...]
    readings: tuple[ReadingPrompt, ...]
    known_answers: tuple[KnownEntry, ...]


def load_senses(tier: Tier, *, root: Traversable | None = None) -> SenseSet:
    """Everything that a tier asks of the layers.

    `sha256` does not depend on the tier: it is over every file of the set, and over the battery's
    files, whose wordings and attributes the prompts are made of. `root` is the folder `prompts`,
    the shipped one if None.

    Raises:
        BatteryInvalid: the files do not hold together.
    """
    folder = data_root() / "prompts" if root is None else root
    manifest = read_file(folder, MANIFEST, SensesManifest)
    files = tuple(read_file(folder, name, SenseFile) for name in manifest.concepts)
    library = read_library(root)
    _check(manifest, files)
    plan = manifest.tiers[tier]
    wordings = {
        entry.name: tuple(template_of(wording) for wording in file.audit)
        for entry, file in zip(library.manifest.instruments, library.template_files, strict=True)
    }
    return SenseSet(
        version=manifest.version,
        sha256=_digest(manifest, files, library, wordings),
        tier=tier,
        plan=plan,
        concepts=tuple(
            concept_of(
                file,
                plan,
                stimuli=_stimuli(library, file),
                association_wordings=wordings[word_association.name],
                statement_wordings=wordings[mirrored_statements.name],
            )
            for file in files
        ),
        questions=manifest.questions,
        readings=manifest.readings,
        known_answers=tuple(_known_answer(entry) for entry in manifest.known_answers),
    )


def _known_answer(entry: KnownEntry) -> KnownAnswer:
    mention = Mention(
        mention_id=f"known/{entry.word}", text=entry.text, word=entry.word, cluster=entry.word
    )
    return KnownAnswer(mention=mention, answers=entry.answers)


def _stimuli(library: Library, file: SenseFile) -> tuple[Stimulus, ...]:
    """The audit stimuli of the contrast whose attributes the words are put beside."""
    known = {
        contrast.id: (stimulus_file.category, contrast)
        for stimulus_file in library.stimulus_files
        for contrast in stimulus_file.contrasts
    }
    if file.attributes_of not in known:
        hint = did_you_mean(file.attributes_of, list(known))
        raise BatteryInvalid(f"{file.concept}: unknown contrast `{file.attributes_of}`{hint}")
    category, contrast = known[file.attributes_of]
    return tuple(stimuli_of(contrast, library.domains_of(category, contrast), "audit"))


def _digest(
    manifest: SensesManifest,
    files: tuple[SenseFile, ...],
    library: Library,
    wordings: dict[str, tuple[Template, ...]],
) -> str:
    attributes = [_stimuli(library, file) for file in files]
    return sha256(msgspec.json.encode((manifest, files, attributes, wordings))).hexdigest()


def _check(manifest: SensesManifest, files: tuple[SenseFile, ...]) -> None:
    """What would make numbers wrong without anybody noticing."""
    names = [file.concept for file in files]
    if len(set(names)) < len(names):
        raise BatteryInvalid(f"prompts/{MANIFEST}: a concept is given twice.")
    for tier in TIERS:
        if tier not in manifest.tiers:
            raise BatteryInvalid(f"prompts/{MANIFEST}: the tier `{tier}` is missing.")
        for name in manifest.tiers[tier].causal:
            if name not in names:
                raise BatteryInvalid(
                    f"prompts/{MANIFEST}: unknown concept `{name}`{did_you_mean(name, names)}"
                )
    for file in files:
        _check_file(file, max(plan.n_pairs for plan in manifest.tiers.values()))


def _check_file(file: SenseFile, n_pairs: int) -> None:
    for sentence in (sentence for pair in file.pairs for sentence in pair):
        # What follows the word has not been read when the word is.
        if not sentence.endswith(WORD) or sentence.count(WORD) != 1:
            raise BatteryInvalid(f"{file.concept}: “{sentence}” must end with {WORD}.")
    if len(set(file.pairs)) < len(file.pairs):
        raise BatteryInvalid(f"{file.concept}: a pair of sentences is given twice.")
    if len(file.pairs) < n_pairs:
        raise BatteryInvalid(
            f"{file.concept}: a tier asks for more pairs of sentences than its {len(file.pairs)}."
        )
    shared = set(file.keywords.social) & set(file.keywords.other)
    if shared:
        raise BatteryInvalid(f"{file.concept}: `{min(shared)}` is a keyword of both senses.")
