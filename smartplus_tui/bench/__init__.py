"""The benchmarks: each builds its own data and measures its reference in the same run."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smartplus_tui.bench.result import Result
    from smartplus_tui.bench.workshop import Workshop

PLACES = {
    "startup": "startup:startup",
    "table-open": "tables:table_open",
    "table-keys": "keys:table_keys",
    "table-end": "tables:table_end",
    "change-to-door": "doors:change_to_door",
    "open-door": "doors:open_door",
    "revoke": "revoking:revoke",
    "compile": "compiling:compile_doors",
    "lock": "locks:lock",
    "import": "importing:import_residents",
    "export": "exporting:export_logs",
    "who": "asking:who_and_can",
}
"""Name of each benchmark -> where it is."""

REPORT = Path("docs") / "benchmarks.md"


def main(name: str, *, json: bool = False, small: bool = False) -> int:
    """Run one benchmark, or all; 0 when each goal was met, 1 when one was missed, 2 for a name that there is not.

    `all` also writes the table of the manual, when run in the directory of the project and not small.
    """
    from smartplus_tui.bench.workshop import Workshop

    if name != "all" and name not in PLACES:
        print(f"There is no benchmark {name}. There are: {', '.join(PLACES)}, all.", file=sys.stderr)
        return 2
    results = []
    with Workshop(small=small) as shop:
        for one in PLACES if name == "all" else (name,):
            results.append(_find(one)(shop))
            if not json:
                print(results[-1].line(), flush=True)
    if json:
        _print_json(results, whole=name == "all")
    if name == "all" and not small and REPORT.parent.is_dir():
        REPORT.write_text(_report(results), encoding="utf-8")
    return 0 if all(result.ok for result in results) else 1


def _find(name: str) -> Callable[[Workshop], Result]:
    from importlib import import_module

    module, _, function = PLACES[name].partition(":")
    found: Callable[[Workshop], Result] = getattr(import_module(f"smartplus_tui.bench.{module}"), function)
    return found


def _print_json(results: list[Result], *, whole: bool) -> None:
    objects = [result.as_json() for result in results]
    print(json_module.dumps(objects if whole else objects[0], indent=2))


def _report(results: list[Result]) -> str:
    lines = [
        "# Benchmarks",
        "",
        "Written by `smartplus bench all`. Each figure stands beside a reference that was measured in the same run:",
        "absolute times are noise on shared machines.",
        "",
        "| bench | figure | reference | ratio | goal | met |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.name} | {one.figure:g} {one.unit} | {one.reference:g} {one.unit} | {one.ratio:g} | {one.goal} "
        f"| {'yes' if one.ok else 'no'} |"
        for one in results
    ]
    return "\n".join([*lines, "", f"Machine: {results[0].machine}.", ""])
