"""One command under way: the site that it opens, who acts, and how this community writes its times."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend.domain.errors import NotFound
from backend.domain.paths import at_home

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.formats import Formats
    from backend.engine import Engine
    from smartplus_tui.cli.cells import Cells

SITE_VARIABLE = "SMARTPLUS_SITE"
DATABASE = "smartplus.db"
"""The file that makes a directory a site."""
SESSION = "session"
"""Under which name the site keeps the session of the command line, sealed."""


class Call:
    """What the options of every command said; opens the site and signs in when a command first needs it."""

    def __init__(self) -> None:
        self.given_site: Path | None = None
        self.email = ""
        self.password_file = ""
        self.json = False
        self.yes = False

    @property
    def site(self) -> Path:
        """The directory of the site: --site, else SMARTPLUS_SITE, else the platform's place for data."""
        return self.given_site or at_home(Path(os.environ.get(SITE_VARIABLE) or default_site()))

    def need_site(self) -> Path:
        """The directory of a site that is there; raises NotFound with what to do where it is not."""
        if not (self.site / DATABASE).is_file():
            raise NotFound(
                f"There is no site in {self.site}. `smartplus init` makes one, `smartplus demo` shows one, "
                "--site PATH names another."
            )
        return self.site

    @cached_property
    def engine(self) -> Engine:
        """The engine of the site, started; it closes with the command. Raises NotFound, Unreachable."""
        from backend.engine import Engine

        engine = Engine(self.need_site())
        engine.start()
        click.get_current_context().find_root().call_on_close(engine.close)
        return engine

    @cached_property
    def context(self) -> Context:
        """Who acts; asks where nothing says so. Raises Forbidden."""
        from smartplus_tui.cli.signing_in import actor

        return actor(self)

    def act(self) -> Context:
        """The context of the next act, with a request id of its own."""
        return self.context.again()

    @cached_property
    def formats(self) -> Formats:
        """How the community writes its times."""
        from backend.domain.formats import Formats

        community = self.engine.communities.get(self.context)
        return Formats.of(community.timezone, community.clock_format, community.date_format)

    @property
    def cells(self) -> Cells:
        """The writer of values for people, as of now."""
        from smartplus_tui.cli.cells import Cells

        return Cells(self.formats, self.engine.clock())


def default_site() -> Path:
    """The platform's place for an application's data."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "SmartPlus"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "smartplus"


pass_call = click.make_pass_decorator(Call, ensure=True)
