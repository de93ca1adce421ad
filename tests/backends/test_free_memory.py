"""What is free: the machine's memory, or what a container leaves of it."""

from pathlib import Path

import pytest

from auditor.backends.free_memory import free_memory


@pytest.mark.parametrize(
    ("limit", "expected"), [("max", 2048000), ("1500000", 500000), ("9000000000", 2048000)]
)
def test_the_smaller_of_machine_and_container(tmp_path: Path, limit: str, expected: int) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 9000 kB\nMemAvailable:    2000 kB\n", encoding="ascii")
    (tmp_path / "memory.max").write_text(f"{limit}\n", encoding="ascii")
    (tmp_path / "memory.current").write_text("1000000\n", encoding="ascii")
    assert free_memory(meminfo, tmp_path) == expected


def test_where_nothing_is_known(tmp_path: Path) -> None:
    assert free_memory(tmp_path / "meminfo", tmp_path) is None


def test_of_this_machine() -> None:
    found = free_memory()
    assert found is None or found > 0
