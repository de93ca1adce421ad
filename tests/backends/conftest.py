"""Checkpoints that several test modules share; nothing here reaches for the network."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.backends.tiny_checkpoint import write_tiny_checkpoint


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of three layers with a chat template. Read only: tests share it."""
    return write_tiny_checkpoint(tmp_path_factory.mktemp("checkpoints") / "llama")


@pytest.fixture(scope="session")
def checkpoint_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A tiny checkpoint of any family, made once. Read only: tests share it."""
    root = tmp_path_factory.mktemp("families")

    def write(family: str) -> Path:
        folder = root / family
        return folder if folder.exists() else write_tiny_checkpoint(folder, family)

    return write


@pytest.fixture(scope="session")
def checkpoint_of_size(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A tiny Llama with some other sizes, made once. Read only: tests share it."""
    root = tmp_path_factory.mktemp("sizes")

    def write(**settings: Any) -> Path:
        folder = root / "-".join(f"{name}={value}" for name, value in sorted(settings.items()))
        return folder if folder.exists() else write_tiny_checkpoint(folder, **settings)

    return write
