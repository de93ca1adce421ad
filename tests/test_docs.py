"""What the documents say about the command line is what it does."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from auditor.cli import cli
from auditor.errors import AuditorError

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def list_commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command and subcommand with its full name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from list_commands(command, f"{path} {name}")


COMMANDS = dict(list_commands(cli, "auditor"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert name in README


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_an_example_of_itself(name: str) -> None:
    text = COMMANDS[name].help or ""
    first = text.splitlines()[0] if text else ""
    assert first.endswith(".")
    assert "Example" in text
    assert name in text.partition("Example")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name: str) -> None:
    options = [p for p in COMMANDS[name].params if isinstance(p, click.Option)]
    without = [option.name for option in options if not option.help]
    assert without == []


def list_shown_lines() -> list[str]:
    """Every line of a fenced block that calls auditor, continuation lines joined."""
    blocks = re.findall(r"```(?:sh|console|bash)\n(.*?)```", README, flags=re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip().startswith("auditor ")]


def test_the_readme_shows_how_to_call_auditor() -> None:
    assert list_shown_lines()


@pytest.mark.parametrize("line", list_shown_lines())
def test_every_option_shown_in_the_readme_exists(line: str) -> None:
    called = [name for name in COMMANDS if line.startswith(name)]
    assert called, f"{line}: no such command"
    command = COMMANDS[max(called, key=len)]
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    shown = set(re.findall(r"(?<=\s)--[a-z-]+", line.partition("#")[0]))
    assert shown - known == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    targets = [link for link in links if "://" not in link]
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert missing == []


def test_the_exit_codes_in_the_readme_are_those_of_the_code() -> None:
    from auditor import cli as module

    table = dict(re.findall(r"^\| `?(\d+)`? \| ([^|]+) \|", README, flags=re.MULTILINE))
    assert set(table) == {
        "0", "1", str(module.COULD_NOT_AUDIT), str(module.BUG), str(module.INTERRUPTED),
        str(module.CLOSED_PIPE),
    }  # fmt: skip


def test_every_error_that_a_user_can_mend_says_so() -> None:
    for error in AuditorError.__subclasses__():
        assert error.__doc__
