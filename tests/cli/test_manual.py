"""The manual names commands and options that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from smartplus_tui.cli.root import root as command_line

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
_QUOTED = re.compile(r"`(?:\.venv/bin/)?smartplus ([^`]+)`")
_LINE = re.compile(r"^(?:\.venv/bin/)?smartplus ([^#\n]+?)(?: {2,}.*| #.*)?$", re.MULTILINE)
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def told(page: Path) -> list[str]:
    """What stands behind "smartplus" on a page, each command on one line."""
    text = page.read_text(encoding="utf-8")
    return [" ".join(found.split()) for found in _QUOTED.findall(text) + _LINE.findall(text)]


def alternatives(line: str) -> Iterator[list[str]]:
    """The leading words of a line, once for each of the words that it gives to choose from: "pin list|show"."""
    words = line.replace(" | ", "|").split()
    lead = next((at for at, word in enumerate(words) if not re.fullmatch(r"[a-z][a-z-]*(\|[a-z][a-z-]*)*", word)), None)
    for number, word in enumerate(words[:lead]):
        if "|" in word:
            yield from ([*words[:number], choice] for choice in word.split("|"))
            return
    yield words[:lead]


def command_of(words: list[str]) -> click.Command:
    """The command that words lead to; raises AssertionError at a word that leads nowhere."""
    command: click.Command = command_line
    for word in words:
        if not isinstance(command, click.Group):
            break
        found = command.get_command(click.Context(command), word)
        assert found is not None, f"smartplus {' '.join(words)}: there is no {word}"
        command = found
    return command


def options_of(command: click.Command) -> set[str]:
    """The options of a command and of those under it."""
    found = {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {"--help"}
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            found |= options_of(below)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_the_manual_is_there(page: Path) -> None:
    for line in told(page):
        for words in alternatives(line):
            known = options_of(command_line if not words else command_of(words[:1]))
            command_of(words)
            assert set(_OPTION.findall(line)) <= known, line


def test_the_manual_names_commands_at_all() -> None:
    assert sum(len(told(page)) for page in PAGES) > 100
    with pytest.raises(AssertionError, match="there is no fly"):
        command_of(["resident", "fly"])
