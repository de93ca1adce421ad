"""What a run asks: the battery's tier, and BBQ's items where the user has a copy of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from auditor.battery import BATTERY_INSTRUMENTS
from auditor.battery.questions import bbq_questions
from auditor.core.instrument import Battery
from auditor.core.items import Tier
from auditor.core.runs import RunRecord
from auditor.errors import BatteryInvalid, ResponsesUnreadable, RunUnreadable
from auditor.prompt_library import load_battery
from auditor.prompt_library.bbq import with_bbq
from auditor.prompt_library.bbq_file import read_bbq_items
from auditor.store import RunFolder

BBQ_COPY = "bbq.jsonl"
"""The user's items in the run folder: without them the report could not be made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What is asked, and the bytes of the user's own items."""

    battery: Battery
    instruments: tuple[str, ...]
    bbq: bytes | None

    @property
    def bbq_sha256(self) -> str | None:
        """None where no items of BBQ are asked."""
        return None if self.bbq is None else sha256(self.bbq).hexdigest()


def load_questions(tier: Tier, instruments: Sequence[str], bbq: Path | None) -> Questions:
    """The questions of a tier; `instruments` empty for all, `bbq` a file or a folder of them."""
    if bbq is None:
        if bbq_questions.name in instruments:
            raise BatteryInvalid("--instrument bbq needs --bbq with your copy of BBQ's files.")
        names = tuple(instruments) or BATTERY_INSTRUMENTS
        return Questions(battery=load_battery(tier, instruments=names), instruments=names, bbq=None)
    own = tuple(name for name in instruments if name != bbq_questions.name)
    if not instruments:
        own = BATTERY_INSTRUMENTS
    files = _files(bbq)
    released = [item for file in files for item in read_bbq_items(file)]
    return Questions(
        battery=with_bbq(load_battery(tier, instruments=own), released),
        instruments=(*own, bbq_questions.name),
        bbq=b"".join(file.read_bytes().rstrip() + b"\n" for file in files),
    )


def questions_of(folder: RunFolder, record: RunRecord) -> Battery:
    """What a stored run asked, by this version's battery.

    Raises:
        RunUnreadable: the copy of BBQ's items is not the one that was asked.
    """
    settings = record.settings
    own = tuple(name for name in settings.instruments if name != bbq_questions.name)
    battery = load_battery(settings.tier, instruments=own)
    if settings.bbq_sha256 is None:
        return battery
    path = folder.path / BBQ_COPY
    if not path.is_file() or sha256(path.read_bytes()).hexdigest() != settings.bbq_sha256:
        raise RunUnreadable(
            f"{path} is not the copy of BBQ's items that the run asked: restore it from a copy."
        )
    return with_bbq(battery, read_bbq_items(path))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.jsonl"))
    if not files:
        raise ResponsesUnreadable(f"{path} holds no .jsonl file: name BBQ's `data` folder.")
    return files
