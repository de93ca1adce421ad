"""A progress bar on the terminal; a line now and then where there is none."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress

PLAIN_SECONDS = 30.0
"""Seconds between two lines where stderr is not a terminal."""


OnProgress = Callable[[int, int], None]
"""Told how many are done and how many there are."""


@contextmanager
def progress_bars(*descriptions: str) -> Iterator[list[OnProgress]]:
    """Yield a function for each of several things that are done one after the other."""
    if not sys.stderr.isatty():
        yield [_plain(description) for description in descriptions]
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield [_drawn(bar, description) for description in descriptions]


def _drawn(bar: "Progress", description: str) -> OnProgress:
    """A bar that appears when the first is done."""
    first: list[tuple[float, int]] = []
    task = bar.add_task(description, total=None, rate="", visible=False, start=False)

    def show(done: int, total: int) -> None:
        if not first:
            bar.start_task(task)
        first.append((monotonic(), done))
        seconds = monotonic() - first[0][0]
        rate = f"{(done - first[0][1]) / seconds:.0f}/s" if seconds > 1 else ""
        bar.update(task, completed=done, total=total, rate=rate, visible=True)

    return show


def _plain(description: str) -> OnProgress:
    last = [monotonic()]

    def show(done: int, total: int) -> None:
        if done == total or monotonic() - last[0] >= PLAIN_SECONDS:
            last[0] = monotonic()
            click.echo(f"{description}: {done} of {total}", err=True)

    return show
