"""`smartplus` itself, and what runs beside it: agent, virtual devices, demo, benchmarks."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from backend import crashes
from backend.domain.errors import SmartPlusError
from smartplus_tui.cli.call import SESSION, Call, pass_call
from smartplus_tui.cli.exits import Exit
from smartplus_tui.cli.options import Command, Group
from smartplus_tui.cli.output import emit, say, tell

if TYPE_CHECKING:
    from smartplus_tui.head_start import HeadStart


def open_app(call: Call) -> None:
    """The terminal application on the site; who is named with --as is signed in already."""
    root = call.need_site()
    _need_terminal()
    crashes.watch_threads(root)
    gc.disable()  # until the first page is there, which keeps what was loaded for it
    head = _head_start(root, call)
    from backend.engine import Engine
    from smartplus_tui.app import SmartPlusApp

    if call.email and head is None:
        app = SmartPlusApp(call.engine, context=call.context)
        app.run()
    else:
        engine = Engine(root)
        app = SmartPlusApp(engine, head=head)
        try:
            app.run()
        finally:
            engine.close()
    click.get_current_context().exit(app.return_code or 0)


def _head_start(root: Path, call: Call) -> HeadStart | None:
    """Somebody who reads the first page while the rest is loaded, where a login of --as may have been kept."""
    if not call.email or call.password_file or not (root / SESSION).is_file() or not hasattr(os, "fork"):
        return None
    from smartplus_tui.head_start import HeadStart

    return HeadStart(root, call.email)


@click.command(cls=Command)
@click.option("--once", is_flag=True, help="End when nothing is dirty or due.")
@pass_call
def agent(call: Call, once: bool) -> None:
    """Run the device agent of the site until told to end."""
    _become("backend.agent", "--site", str(call.need_site()), *(["--once"] if once else []))


virtual = Group("virtual", help="Virtual devices.")


@virtual.command()
@click.argument("file", type=click.Path(path_type=Path))
def run(file: Path) -> None:
    """Run the virtual devices that FILE.toml describes until told to end."""
    _become("backend.virtual", str(file))


@click.command(cls=Command)
@click.option("--check", is_flag=True, help="Do the main job without a screen and print each step with its time.")
@pass_call
def demo(call: Call, check: bool) -> None:
    """Open the app on a fresh demo community.

    Its devices are virtual, all on loopback. --site DIR keeps the community there; else it goes when the app closes.
    """
    if check:
        from smartplus_tui.demo.check import run_check

        report = run_check(call.given_site, say=None if call.json else tell)
        if call.json:
            emit(report.as_json())
        click.get_current_context().exit(Exit.DONE if report.ok else Exit.REFUSED)
    _need_terminal()
    from smartplus_tui.app import SmartPlusApp
    from smartplus_tui.demo.build import build

    community = build(call.given_site, say=say)
    crashes.watch_threads(community.engine.root)
    try:
        app = SmartPlusApp(community.engine, context=community.context, doors=community.doors, welcome=True)
        app.run()
    finally:
        community.close()
    click.get_current_context().exit(app.return_code or 0)


@click.command(cls=Command)
@click.argument("name")
@click.option("--small", is_flag=True, help="Less data, for a quick look.")
@pass_call
def bench(call: Call, name: str, small: bool) -> None:
    """Run the benchmark NAME, or all."""
    try:
        result = import_module("smartplus_tui.bench").main(name, json=call.json, small=small)
    except SmartPlusError:
        raise
    except Exception:  # told whole: the people and codes of a benchmark are made up
        say(traceback.format_exc().rstrip())
        result = Exit.REFUSED
    click.get_current_context().exit(result)


def _become(module: str, *arguments: str) -> NoReturn:
    """Go on as another program of ours, so that signals and the exit code are its own."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 - our own interpreter and module


def _need_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("The app needs a terminal. `smartplus --help` lists the commands that do not.")
