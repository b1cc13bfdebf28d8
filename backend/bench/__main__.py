"""`python -m backend.bench PART ...`: one part in a process of its own, its figures as JSON on standard output."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Run the part that is named."""
    chosen = _parser().parse_args()
    print(json.dumps(_run(chosen)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend.bench")
    parts = parser.add_subparsers(dest="part", required=True)
    logs = parts.add_parser("door-logs", help="fill the door log of a site")
    logs.add_argument("site", type=Path)
    logs.add_argument("rows", type=int)
    compiling = parts.add_parser("compile", help="compile one door and all doors of a community")
    endless = parts.add_parser("compile-on", help="compile until killed")
    for part in (compiling, endless):
        part.add_argument("residents", type=int)
        part.add_argument("devices", type=int)
    compiling.add_argument("runs", type=int)
    bare = parts.add_parser("bare-door", help="add users and open as told, without an agent between")
    bare.add_argument("site", type=Path)
    bare.add_argument("device", type=int)
    bare.add_argument("--gaps", action="store_true")
    lock = parts.add_parser("lock", help="the longest write lock with three processes writing")
    lock.add_argument("site", type=Path)
    lock.add_argument("residents", type=int)
    importing = parts.add_parser("import", help="residents from a spreadsheet to committed rows")
    importing.add_argument("site", type=Path)
    importing.add_argument("residents", type=int)
    asking = parts.add_parser("who", help="who may open a door and what a person may open, now and in the past")
    asking.add_argument("site", type=Path)
    for number in ("residents", "devices", "runs"):
        asking.add_argument(number, type=int)
    side = parts.add_parser("lock-side", help="write as the agent does until standard input ends")
    side.add_argument("site", type=Path)
    side.add_argument("which")
    return parser


def _run(chosen: argparse.Namespace) -> Any:
    if chosen.part == "door-logs":
        from backend.bench.door_logs import fill

        fill(chosen.site, chosen.rows)
        return {"rows": chosen.rows}
    if chosen.part == "bare-door":
        from backend.bench import bare_door

        return bare_door.serve(chosen.site, chosen.device, gaps=chosen.gaps)
    if chosen.part == "import":
        from backend.bench import importing

        return importing.measure(chosen.site, sys.stdin.readline().strip(), chosen.residents)
    if chosen.part == "who":
        from backend.bench import asking

        password = sys.stdin.readline().strip()
        return asking.measure(chosen.site, password, chosen.residents, chosen.devices, chosen.runs)
    if chosen.part.startswith("lock"):
        return _lock(chosen)
    from backend.bench import compiling

    if chosen.part == "compile":
        return compiling.measure(chosen.residents, chosen.devices, chosen.runs)
    return compiling.without_end(chosen.residents, chosen.devices)


def _lock(chosen: argparse.Namespace) -> Any:
    from backend.bench import locking

    if chosen.part == "lock-side":
        return locking.side(chosen.site, chosen.which)
    return locking.measure(chosen.site, sys.stdin.readline().strip(), chosen.residents)


if __name__ == "__main__":
    main()
