"""Residents with PIN and card from a spreadsheet to committed rows, and reading it beside the bare reader."""

from __future__ import annotations

import gc
import io
import resource
import time
from pathlib import Path

from backend.documents.reading import read_file
from backend.documents.writer import write_rows
from backend.domain.context import Context
from backend.domain.enums import ImportKind, Via
from backend.domain.import_columns import ADD_COLUMNS
from backend.domain.import_rows import parse_rows
from backend.engine import Engine

FAMILY = 4
READINGS = 5


def measure(root: Path, password: str, residents: int) -> dict[str, float | int]:
    """Seconds of each part: `bare` reader and `parse` to fields of processor, `check` against the site and `write`.

    `whole` is from the file to the last commit, `lock` the milliseconds for which a slice held the write lock at most.
    """
    engine = Engine(root)
    engine.start()
    try:
        context, _ = engine.sign_in.login("installer@bench.example", password, Via.COMMAND, agree=True)
        _prepare(engine, context, residents // FAMILY + 1)
        path = root / "residents.xlsx"
        write_list(path, residents)
        gc.freeze()  # as the terminal does after its first paint
        bare = min(_bare(path) for _ in range(READINGS))
        parse = min(_parse(engine, context, path) for _ in range(READINGS))
        store = engine._store
        assert store is not None, "the engine has started"
        store.longest_lock = 0.0
        began = time.perf_counter()
        draft = engine.imports.begin(context, ImportKind.ADD, read_file(path))
        engine.imports.preview(context, draft)
        checked = time.perf_counter()
        report = engine.imports.write(context.again(), draft)
        ended = time.perf_counter()
        if report.written != residents:
            raise RuntimeError(f"{report.written} of {residents} residents were written")
        return {
            "bare": bare,
            "parse": parse,
            "check": checked - began,
            "write": ended - checked,
            "whole": ended - began,
            "lock": store.longest_lock * 1000,
            "residents": residents,
        }
    finally:
        engine.close()


def write_list(path: Path, residents: int) -> None:
    """A filled template: families of four with PIN and card."""
    fields = [column.field for column in ADD_COLUMNS]
    rows = []
    for number in range(residents):
        values = {
            "building": "A",
            "apartment": f"{number // FAMILY + 1:04}",
            "role": "0" if number % FAMILY == 0 else "1",
            "first": f"Person{number}",
            "last": f"Family{number // FAMILY}",
            "cards": f"{number + 1:08X}",
            "pin": f"{100_000 + number}",
        }
        rows.append([values.get(field, "") for field in fields])
    write_rows(path, [column.heading for column in ADD_COLUMNS], rows, title="Residents")


def _prepare(engine: Engine, context: Context, flats: int) -> None:
    building = engine.buildings.add(context.again(), "A").id
    for first in range(1, flats + 1, 1_000):
        last = min(first + 999, flats)
        engine.apartments.add_range(context.again(), building, f"{first:04}", f"{last:04}")


def _bare(path: Path) -> float:
    from python_calamine import CalamineWorkbook

    data = path.read_bytes()
    began = _cpu()
    CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return _cpu() - began


def _parse(engine: Engine, context: Context, path: Path) -> float:
    """From the file to the fields of every row: package checked, unpacked in its own process, cells judged."""
    began = _cpu()
    parse_rows(engine.imports.begin(context, ImportKind.ADD, read_file(path)))
    return _cpu() - began


def _cpu() -> float:
    """Seconds of processor of this process and its children: what others do at the same time is not in it."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
