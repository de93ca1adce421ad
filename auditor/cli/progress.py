"""A progress bar on the terminal; a line now and then where there is none."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import click

PLAIN_SECONDS = 30.0
"""Seconds between two lines where stderr is not a terminal."""


@contextmanager
def progress_bar(description: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that is told how many are done and how many there are."""
    if not sys.stderr.isatty():
        yield _plain(description)
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
        task = bar.add_task(description, total=None, rate="")
        first: list[tuple[float, int]] = []

        def show(done: int, total: int) -> None:
            first.append((monotonic(), done))
            seconds = monotonic() - first[0][0]
            rate = f"{(done - first[0][1]) / seconds:.0f}/s" if seconds > 1 else ""
            bar.update(task, completed=done, total=total, rate=rate)

        yield show


def _plain(description: str) -> Callable[[int, int], None]:
    last = [monotonic()]

    def show(done: int, total: int) -> None:
        if done == total or monotonic() - last[0] >= PLAIN_SECONDS:
            last[0] = monotonic()
            click.echo(f"{description}: {done} of {total}", err=True)

    return show
