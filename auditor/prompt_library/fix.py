"""What a fix is trained on: pairings, written answers, sentences, and messages to stay sound on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.resources.abc import Traversable

import msgspec

from auditor.battery.association import word_association
from auditor.battery.sense_texts import WORD, SenseFile
from auditor.core.fix import FixData, TrainingPair, TrainingReply
from auditor.core.instrument import Battery
from auditor.core.items import TIERS, Item, Role, Stimulus
from auditor.core.senses import Mention, Sense, SenseSentence
from auditor.errors import BatteryInvalid
from auditor.prompt_library.battery import load_battery
from auditor.prompt_library.battery_files import read_file
from auditor.prompt_library.documents import did_you_mean
from auditor.prompt_library.fix_replies import ReplyFile, replies_about
from auditor.prompt_library.senses import MANIFEST as SENSES_MANIFEST
from auditor.prompt_library.senses import SensesManifest
from auditor.resources import data_root

MANIFEST = "fix.yaml"
TRAINED_ROLES: tuple[Role, ...] = ("primary", "ladder")
"""Without the controls: a link that a fix was trained to unlearn no longer tells whether the
instrument finds what is there."""
_SENSES: tuple[Sense, Sense] = ("social", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class FixSizes:
    """How much of each file is used: its first so many entries."""

    n_neutral: int
    n_stopping: int
    n_sense_pairs: int
    """Of each concept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixManifest:
    """`fix.yaml`."""

    version: str
    sizes: FixSizes
    neutral: str
    stopping: str
    replies: str
    senses: tuple[str, ...]
    held_out: str
    gate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFile:
    """Messages, each with its reply."""

    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FixSenseFile:
    """More pairs of sentences for a concept of the layer reading, which says the words."""

    concept: str
    pairs: tuple[tuple[str, str], ...]


def load_fix_data(*, root: Traversable | None = None) -> FixData:
    """Everything that a fix may be trained on and watched by.

    Pairs are the battery's `fix` split in all four orders; its controls are kept. `sha256` is over
    every text that is returned, so also over what comes from the battery. `root` is the folder
    `prompts`, the shipped one if None. Takes some seconds: the whole audit is made to see that
    nothing of it is in here.

    Raises:
        BatteryInvalid: the files do not hold together, or something is also asked in an audit.
    """
    folder = data_root() / "prompts" if root is None else root
    manifest = read_file(folder, MANIFEST, FixManifest)
    neutral = _messages(folder, manifest.neutral, manifest.sizes.n_neutral)
    stopping = _messages(folder, manifest.stopping, manifest.sizes.n_stopping)
    held_out = read_messages(folder, manifest.held_out)
    check_messages((*neutral, *stopping, *held_out))
    reading = _reading_files(folder)
    senses = tuple(_senses(folder, manifest, reading))
    _check_senses(senses, reading)
    written = read_file(folder, manifest.replies, ReplyFile)
    battery = load_battery(TIERS[-1], instruments=(word_association.name,), split="fix", root=root)
    roles = {contrast.contrast_id: contrast.role for contrast in battery.contrasts}
    stimuli = tuple(s for s in battery.stimuli if roles[s.contrast_id] in TRAINED_ROLES)
    trained, kept = (
        tuple(_pair(i) for i in battery.items if (roles[i.contrast_id] in TRAINED_ROLES) is wanted)
        for wanted in (True, False)
    )
    data = FixData(
        version=manifest.version,
        sha256="",
        pairs=trained,
        kept=kept,
        replies=tuple(replies_about(stimuli, written)),
        senses=senses,
        neutral=neutral,
        stopping=stopping,
    )
    _check_against_audit(data, battery.stimuli, load_battery(TIERS[-1], root=root), held_out)
    return replace(data, sha256=sha256(msgspec.json.encode(data)).hexdigest())


def _reading_files(folder: Traversable) -> tuple[SenseFile, ...]:
    """The concepts of the layer reading."""
    manifest = read_file(folder, SENSES_MANIFEST, SensesManifest)
    return tuple(read_file(folder, name, SenseFile) for name in manifest.concepts)


def _pair(item: Item) -> TrainingPair:
    stereotype, mirror = item.continuations
    return TrainingPair(
        cluster=f"{item.cluster}/{item.template_id}",
        category=item.category,
        contrast_id=item.contrast_id,
        text=item.text,
        continuations=(stereotype, mirror),
    )


def _messages(folder: Traversable, name: str, n: int) -> tuple[TrainingReply, ...]:
    messages = read_messages(folder, name)
    refuse_too_few(name, len(messages), n)
    return messages[:n]


def read_messages(folder: Traversable, name: str) -> tuple[TrainingReply, ...]:
    """All messages of one file under `prompts`."""
    entries = read_file(folder, name, MessageFile).entries
    return tuple(TrainingReply(text=text, reply=reply) for text, reply in entries)


def _senses(
    folder: Traversable, manifest: FixManifest, reading: Sequence[SenseFile]
) -> Iterator[SenseSentence]:
    known = {file.concept: file.words for file in reading}
    for name in manifest.senses:
        file = read_file(folder, name, FixSenseFile)
        if file.concept not in known:
            hint = did_you_mean(file.concept, list(known))
            raise BatteryInvalid(f"prompts/{name}: unknown concept `{file.concept}`{hint}")
        n = manifest.sizes.n_sense_pairs
        refuse_too_few(name, len(file.pairs), n)
        for number, pair in enumerate(file.pairs[:n], start=1):
            cluster = f"{file.concept}/fix-{number:02d}"
            for word in known[file.concept]:
                for sense, sentence in zip(_SENSES, pair, strict=True):
                    yield _sentence(name, sentence, word, sense, cluster)


def _sentence(name: str, sentence: str, word: str, sense: Sense, cluster: str) -> SenseSentence:
    if not sentence.endswith(WORD) or sentence.count(WORD) != 1:
        raise BatteryInvalid(f"prompts/{name}: “{sentence}” must end with {WORD}.")
    mention = Mention(
        mention_id=f"{cluster}/{sense}/{word}",
        text=sentence.replace(WORD, word),
        word=word,
        cluster=cluster,
    )
    return SenseSentence(mention=mention, sense=sense)


def refuse_too_few(name: str, n: int, wanted: int) -> None:
    """Raise where a file has fewer entries than are asked for."""
    if n < wanted:
        raise BatteryInvalid(f"prompts/{MANIFEST}: asks for {wanted} of the {n} in {name}.")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def check_messages(messages: Iterable[TrainingReply]) -> None:
    """A message that is both learned and watched would not tell when to stop, nor what was lost."""
    seen: set[str] = set()
    for one in messages:
        if _plain(one.text) in seen:
            raise BatteryInvalid(
                f"The message “{one.text}” is given twice: neutral, stopping and held-out "
                "messages must all differ."
            )
        seen.add(_plain(one.text))


def _check_senses(senses: Iterable[SenseSentence], reading: Iterable[SenseFile]) -> None:
    """A layer reading after a fix must not meet a sentence that the fix was trained on."""
    read = {
        _plain(sentence.replace(WORD, word))
        for file in reading
        for pair in file.pairs
        for sentence in pair
        for word in file.words
    }
    for sentence in senses:
        if _plain(sentence.mention.text) in read:
            raise BatteryInvalid(
                f"“{sentence.mention.text}” is a sentence of the layer reading: a fix must not be "
                "trained on it."
            )


def _check_against_audit(
    data: FixData,
    stimuli: Iterable[Stimulus],
    audit: Battery,
    held_out: Iterable[TrainingReply],
) -> None:
    asked = {_plain(item.text) for item in audit.items}
    for text in (*_texts(data), *(one.text for one in held_out)):
        if _plain(text) in asked:
            raise BatteryInvalid(f"“{text}” is asked in an audit: a fix must not be trained on it.")
    audited = {
        (stimulus.contrast_id, word.casefold())
        for stimulus in audit.stimuli
        for word in (stimulus.target_attribute, stimulus.reference_attribute)
    }
    for stimulus in stimuli:
        for word in (stimulus.target_attribute, stimulus.reference_attribute):
            if (stimulus.contrast_id, word.casefold()) in audited:
                raise BatteryInvalid(
                    f"{stimulus.contrast_id}: `{word}` is in an audit and in the fix split: take "
                    "it out of one of them."
                )


def _texts(data: FixData) -> Iterator[str]:
    for pair in (*data.pairs, *data.kept):
        yield pair.text
    for one in (*data.replies, *data.neutral, *data.stopping):
        yield one.text
    for sentence in data.senses:
        yield sentence.mention.text
