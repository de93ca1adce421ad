"""`auditor history`: the reviews below a folder, by model, with what changed between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from auditor import __version__
from auditor.battery.reviewing.history import Remembered, not_compared_because, step
from auditor.core.history import History, LeftOut, Line, Step
from auditor.core.items import Contrast
from auditor.errors import RunUnreadable
from auditor.prompt_library import load_battery
from auditor.reporting.history.history_pages import history_document
from auditor.reporting.language import speaking
from auditor.store import RunFolder, open_run_folder
from auditor.workflows.reviews.past_numbers import remember
from auditor.workflows.reviews.past_runs import PastRun, is_run, past_runs
from auditor.workflows.reviews.review_files import Look, Printed, presented, write_document

NAME = "history"
FILE = "history.json"
SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFile:
    """`history.json`."""

    schema: int
    tool_version: str
    history: History


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A history and where it stands."""

    history: History
    folder: RunFolder
    printed: Printed


def write_history(
    root: Path, *, out: Path | None = None, model: str | None = None, look: Look | None = None
) -> Told:
    """Read every review below `root` and write its history to `out`, or to `history` in `root`.

    Raises:
        RunUnreadable: There is no finished run, or `out` is a run's own folder.
        BrandInvalid: The brand file is not one.
    """
    look = look or Look()
    presentation = presented(look)
    target = out or root / NAME
    _check_folders(root, target)
    history, contrasts = history_of(root, model=model, but=target)
    with open_run_folder(target) as folder:
        # A chart of an earlier history would be taken for one of this.
        for path in folder.path.glob(f"charts/{NAME}-*.svg"):
            path.unlink()
        folder.write_json(
            FILE, HistoryFile(schema=SCHEMA, tool_version=__version__, history=history)
        )
        with speaking(look.language):
            document = history_document(history, contrasts, language=look.language)
            printed = write_document(
                folder,
                NAME,
                document,
                presentation=presentation,
                files=[(FILE, "every review, every criterion and every paired difference")],
                wants_pdf=look.wants_pdf,
            )
    return Told(history=history, folder=folder, printed=printed)


def history_of(root: Path, *, model: str | None, but: Path) -> tuple[History, tuple[Contrast, ...]]:
    """The history of what lies below `root`, and the contrasts that it may speak of.

    A line is what one name and the presence of an adapter make. `model`, a name or a pattern as
    in `support-bot-v*`, makes one line of all that it matches, and leaves out all else.
    """
    runs, left_out = past_runs(root, but=but)
    grouped = _chosen(runs, model) if model else _by_name(runs)
    if model and runs and not grouped:
        names = ", ".join(dict.fromkeys(one.record.model.name for one in runs))
        raise RunUnreadable(f"No run below {root} is of {model}. There are runs of: {names}.")
    lines: list[Line] = []
    contrasts = {one.contrast_id: one for one in load_battery("quick").contrasts}
    for name, members in grouped:
        known: list[Remembered] = []
        for one in members:
            found = remember(one)
            if isinstance(found, LeftOut):
                left_out = (*left_out, found)
                continue
            known.append(found)
            if found.scored is not None:
                contrasts |= {each.contrast_id: each for each in found.scored.battery.contrasts}
        if known:
            lines.append(_line(name, known))
    if not lines:
        raise RunUnreadable(_nothing_in(root, left_out))
    return (
        History(lines=tuple(lines), left_out=tuple(sorted(left_out, key=lambda one: one.folder))),
        tuple(contrasts.values()),
    )


def _check_folders(root: Path, target: Path) -> None:
    if not root.is_dir():
        raise RunUnreadable(f"{root} is not a folder: name the one that holds your run folders.")
    for path, what in ((root, "name the folder that holds it"), (target, "choose another --out")):
        if is_run(path):
            raise RunUnreadable(f"{path} is itself a run folder: {what}.")


def _nothing_in(root: Path, left_out: Sequence[LeftOut]) -> str:
    if not left_out:
        return (
            f"{root} holds no finished run: name the folder whose subfolders `auditor run` has "
            "written."
        )
    told = "; ".join(f"{one.folder} is left out as {one.kind}" for one in left_out)
    return f"{root} holds no finished run ({told}): finish one, or name another folder."


def _by_name(runs: Iterable[PastRun]) -> list[tuple[str, list[PastRun]]]:
    """In the order of their names; without an adapter before with one."""
    groups: dict[tuple[str, bool], list[PastRun]] = {}
    for one in runs:
        model = one.record.model
        groups.setdefault((model.name, model.adapter_sha256 is not None), []).append(one)
    return [(name, groups[name, adapted]) for name, adapted in sorted(groups)]


def _chosen(runs: Iterable[PastRun], model: str) -> list[tuple[str, list[PastRun]]]:
    names = [(one, one.record.model.name) for one in runs]
    found = [one for one, name in names if name == model or fnmatchcase(name, model)]
    called = {one.record.model.name for one in found}
    return [(called.pop() if len(called) == 1 else model, found)] if found else []


def _line(name: str, known: Sequence[Remembered]) -> Line:
    places = range(1, len(known))
    steps = [step(known[place - 1], known[place], (place - 1, place)) for place in places]
    returns = [
        step(known[earlier[-1]], known[one.second], (earlier[-1], one.second))
        for one in steps
        if one.because and (earlier := _comparable(known, one.second))
    ]
    return Line(
        name=name,
        has_adapter=all(one.record.model.adapter_sha256 is not None for one in known),
        reviews=tuple(one.past for one in known),
        steps=tuple(steps),
        returns=tuple(returns),
        span=_span(known, [*steps, *returns]),
    )


def _comparable(known: Sequence[Remembered], place: int) -> list[int]:
    """The places of the earlier reviews that one can be compared with."""
    return [
        earlier
        for earlier in range(place)
        if not not_compared_because(known[earlier], known[place])
    ]


def _span(known: Sequence[Remembered], told: Sequence[Step]) -> Step | None:
    last = len(known) - 1
    earlier = _comparable(known, last)
    if not earlier or any((one.first, one.second) == (earlier[0], last) for one in told):
        return None
    return step(known[earlier[0]], known[last], (earlier[0], last))
