"""A small site made by the commands themselves, copied for each test, and a way to run commands on it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from smartplus_tui.cli.root import root as command_line

EMAIL = "ines@example.com"
PASSWORD = "correct horse battery staple"
PIN = "2741"


@dataclass(frozen=True)
class Ran:
    """How a command ended: its code, what it answered, what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        assert self.code == 0, self.err
        return json.loads(self.out)


class Smartplus:
    """The command line on one site: `smartplus("building", "list", "--json").json`."""

    def __init__(self, site: Path) -> None:
        self.site = site

    def __call__(self, *arguments: str, typed: str | None = None) -> Ran:
        """Run a command; `typed` is its standard input, which is no terminal."""
        found = CliRunner().invoke(
            command_line, arguments, input=typed, env={"SMARTPLUS_SITE": str(self.site)}, prog_name="smartplus"
        )
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return Ran(found.exit_code, found.stdout, found.stderr)

    def done(self, *arguments: str, typed: str | None = None) -> str:
        """What a command answered that must succeed."""
        ran = self(*arguments, typed=typed)
        assert ran.code == 0, ran.err
        return ran.out


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site where A 1001 has the Kowalskis, B 1001 a Nowak, and Ines is signed in; made once, never opened."""
    site = tmp_path_factory.mktemp("town") / "site"
    smartplus = Smartplus(site)
    place = ("--community", "Park", "--timezone", "Europe/Berlin", "--country", "DE")
    admin = ("--admin", EMAIL, "--admin-name", "Ines Moreau", "--password-file", "-", "--key-file")
    smartplus.done("init", *place, *admin, typed=f"{PASSWORD}\n")
    smartplus.done("login", "--agree", "--as", EMAIL, "--password-file", "-", typed=f"{PASSWORD}\n")
    for building in ("A", "B"):
        smartplus.done("building", "add", "--name", building)
        smartplus.done("apartment", "add-range", "--building", building, "--first", "1001", "--last", "1003")
    anna = ("--first", "Anna", "--last", "Kowalska", "--email", "anna@example.com", "--card", "0A1B2C3D", "--pin", "-")
    smartplus.done("resident", "add", "--apartment", "A 1001", *anna, typed=f"{PIN}\n")
    smartplus.done("resident", "add", "--apartment", "A 1001", "--kind", "member", "--first", "Jan")
    smartplus.done("resident", "add", "--apartment", "B 1001", "--first", "Łucja", "--last", "Nowak")
    return site


@pytest.fixture
def smartplus(town: Path, tmp_path: Path) -> Smartplus:
    """The command line on a copy of the town."""
    return Smartplus(Path(shutil.copytree(town, tmp_path / "site")))


@pytest.fixture
def password_file(tmp_path: Path) -> str:
    """A file with the installer's password."""
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n")
    path.chmod(0o600)
    return str(path)
