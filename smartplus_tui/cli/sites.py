"""`smartplus init` and `smartplus backup` (features OPS-01, OPS-03)."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

from backend.domain.errors import Conflict
from smartplus_tui.cli.call import DATABASE, Call, pass_call
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import emit, tell
from smartplus_tui.cli.secret_input import read_password_file, read_secret

_LOCALTIME = Path("/etc/localtime")


@click.command(cls=Command)
@click.option("--community", metavar="NAME", help="Name of the community.")
@click.option("--timezone", metavar="ZONE", help="Its time zone, as in Europe/Berlin.")
@click.option("--country", default="", metavar="CODE", help="Its country, as in DE: gives the calling code.")
@click.option("--admin", metavar="EMAIL", help="E-mail of the first installer.")
@click.option("--admin-name", metavar="NAME", help="Name of the first installer.")
@click.option("--key-file", is_flag=True, help="Keep the site's key in a file even where there is a keyring.")
@pass_call
def init(  # noqa: PLR0917 - click passes them by name
    call: Call,
    community: str | None,
    timezone: str | None,
    country: str,
    admin: str | None,
    admin_name: str | None,
    key_file: bool,
) -> None:
    """Make a site with its community and first installer.

    What is missing is asked for; the password is the first line of --password-file, or asked for too.
    """
    from backend.engine import Engine

    if (call.site / DATABASE).exists():
        raise Conflict("site", f"There is a site in {call.site} already.")
    community = community or _ask("Name of the community", "--community")
    timezone = timezone or _ask("Time zone", "--timezone", local_zone())
    email = admin or call.email or _ask("E-mail of the first installer", "--admin")
    name = admin_name or _ask("Name of the first installer", "--admin-name", email.partition("@")[0])
    if not call.password_file and not sys.stdin.isatty():
        raise click.UsageError("Missing --password-file; - reads standard input.")
    password = read_password_file(call.password_file) if call.password_file else read_secret("Password", confirm=True)
    engine = Engine.create(
        call.site,
        community=community,
        timezone=timezone,
        country=country,
        admin_email=email,
        admin_name=name,
        password=password,
        key_file=key_file,
    )
    engine.close()
    if call.json:
        emit({"id": 1, "site": str(call.site), "community": community, "admin": email})
    else:
        site = f" --site {shlex.quote(str(call.site))}" if call.given_site else ""
        tell(f"Made the site of {community} in {call.site}. Next: smartplus{site}")


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@pass_call
def backup(call: Call, file: Path) -> None:
    """Write a verified copy of the database to FILE.

    The site may be in use. It holds no key: what is sealed in it needs the site's.
    """
    path = call.engine.backups.write(call.act(), file)
    if call.json:
        emit({"path": str(path), "bytes": path.stat().st_size})
    else:
        tell(f"Wrote {path}.")


def local_zone() -> str:
    """The IANA name of this machine's time zone, "" where it does not tell."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if "/" in named and not named.startswith("/"):
        return named
    _, mark, zone = str(_LOCALTIME.resolve()).partition("/zoneinfo/")
    return zone if mark else ""


def _ask(what: str, option: str, likely: str = "") -> str:
    """A value typed at the terminal; raises click.UsageError naming the option where there is none."""
    if not sys.stdin.isatty():
        if likely:
            return likely
        raise click.UsageError(f"Missing {option}.")
    return str(click.prompt(what, default=likely or None, err=True))
