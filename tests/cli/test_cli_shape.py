"""What the command line is made of: its commands, their options, and what it loads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from backend.catalog.registry import RECORDS
from smartplus_tui import __version__
from smartplus_tui.cli.options import Everywhere
from smartplus_tui.cli.root import COMMANDS
from smartplus_tui.cli.root import root as command_line
from smartplus_tui.cli.words import option_name
from tests.cli.conftest import Smartplus

HEAVY = ("sqlalchemy", "httpx", "uvicorn", "alembic", "textual", "rich", "keyring", "backend.agent", "backend.virtual")
WITHOUT_FIELDS = {"edit": {"apartment_id", "role", "building_id", "number", "address", "http_user", "password"}}
"""Fields of forms that a record keeps for ever."""
LATER = {
    ("apartment", "add"): {field.name for field in RECORDS["apartment"].formed()} - {"building_id", "number", "name"},
    ("temp-key", "edit"): {field.name for field in RECORDS["temp-key"].formed()} - {"until", "begin", "schedule"},
}
"""Fields of forms that a record begins with the defaults of, or keeps."""


def commands(
    group: click.Group | None = None, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that name it."""
    group = group or command_line
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))
        else:
            yield (*path, name), found


ALL = dict(commands())


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after `smartplus` with these arguments."""
    code = (
        "import sys\nfrom smartplus_tui.__main__ import main\nsys.argv = ['smartplus', *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nprint('\\nLOADED', *sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return set(ran.stdout.rpartition("LOADED ")[2].split())


@pytest.mark.feature("OPS-02")
@pytest.mark.parametrize("arguments", [("--help",), ("resident", "add", "--help"), ("--site", "/nowhere")])
def test_help_loads_nothing_heavy(arguments):
    loaded = loaded_by(*arguments)
    assert "smartplus_tui.cli.root" in loaded
    assert not {name for name in HEAVY if name in loaded}


def test_the_app_starts_without_the_commands():
    assert not {name for name in loaded_by("--site", "/nowhere") if name.startswith("smartplus_tui.cli.residents")}


@pytest.mark.feature("OPS-02")
@pytest.mark.parametrize("words", [pytest.param(words, id=" ".join(words)) for words in ALL])
def test_every_command_has_help_and_the_options_of_all(words, tmp_path):
    ran = Smartplus(tmp_path)(*words, "--help")
    assert ran.code == 0
    assert "Usage: smartplus " + " ".join(words) in ran.out
    assert ALL[words].help
    given = {flag for option in ALL[words].params if isinstance(option, Everywhere) for flag in option.opts}
    assert given == {"--site", "--as", "--password-file", "--json", "--yes"} or words == ("virtual", "run")


@pytest.mark.feature("OPS-02")
def test_the_verbs_of_the_catalog_are_commands():
    groups = {
        "manager": "user",
        "door-log": "log",
        "operation": "log",
        "undo": "undo",
        "outgoing": "outbox",
    }
    elsewhere = {
        ("booking", "edit"): ("booking", "move"),
        ("booking", "delete"): ("booking", "cancel"),
        ("device", "open"): ("door", "open"),
        ("device", "check"): ("sync", "check"),
        ("library-pin", "edit"): ("library", "pin", "edit"),
        ("library-pin", "delete"): ("library", "pin", "delete"),
        ("library-card", "edit"): ("library", "card", "edit"),
        ("library-card", "delete"): ("library", "card", "delete"),
        ("ghost", "delete"): ("library", "card", "delete"),
        ("door-log", "why"): ("why",),
        ("door-log", "open"): ("door", "open"),
        ("operation", "undo"): ("undo",),
        ("undo", "undo"): ("undo",),
        ("sync-door", "check"): ("sync", "check"),
        ("sync-door", "retry"): ("sync", "check"),
        ("sync-door", "release"): ("sync", "release"),
        ("revocation", "check"): ("sync", "check"),
        ("revocation", "receipt"): ("revoked",),
        ("drift", "adopt"): ("drift",),
        ("drift", "overwrite"): ("drift",),
        ("drift", "leave"): ("drift",),
    }
    for record in RECORDS.values():
        for verb in record.verbs:
            words = elsewhere.get(
                (record.name, verb.name), (groups.get(record.name, record.name), verb.name.replace("_", "-"))
            )
            assert words in ALL, f"{record.name} {verb.name}"


@pytest.mark.feature("OPS-02")
@pytest.mark.parametrize("verb", ["add", "edit"])
def test_the_fields_of_the_catalog_are_options(verb):
    for record in RECORDS.values():
        words = ({"manager": "user"}.get(record.name, record.name), verb)
        if words not in ALL:
            continue
        flags = {flag for option in ALL[words].params for flag in option.opts}
        kept = WITHOUT_FIELDS.get(verb, set()) | LATER.get(words, set())
        missing = {field.name for field in record.formed() if f"--{option_name(field.name)}" not in flags}
        assert missing <= kept, words


def test_the_version_is_told(smartplus):
    assert smartplus.done("--version").strip() == f"smartplus, version {__version__}"


def test_an_unknown_command_is_wrong_usage(smartplus):
    ran = smartplus("recident")
    assert (ran.code, ran.out) == (2, "")
    assert "No such command" in ran.err


def test_completion_knows_the_commands():
    environment = {"_SMARTPLUS_COMPLETE": "bash_complete", "COMP_WORDS": "smartplus res", "COMP_CWORD": "1"}
    code = "from smartplus_tui.__main__ import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=environment, check=False
    )
    assert "plain,resident" in ran.stdout
    assert set(COMMANDS) >= {"resident", "demo", "agent"}
