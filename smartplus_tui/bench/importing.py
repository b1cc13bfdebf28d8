"""Ten thousand residents with PIN and card, from a spreadsheet to committed rows."""

from __future__ import annotations

from smartplus_tui.bench.result import Result, machine, rounded
from smartplus_tui.bench.workshop import Workshop

WHOLE_GOAL, PARSE_GOAL = 15.0, 3.0


def import_residents(shop: Workshop) -> Result:
    """Seconds from the file to the last commit; `ratio` is parsing to fields against the bare reader of the file."""
    residents = shop.pick(400, 10_000)
    found = shop.on_new_site("import", residents)
    ratio = found["parse"] / found["bare"]
    enough = shop.small or ratio <= PARSE_GOAL  # of a small file the child's start is most of the time
    return Result(
        name="import",
        figure=rounded(found["whole"]),
        unit="s",
        reference=rounded(found["bare"]),
        ratio=rounded(ratio),
        goal=(
            f"<= {WHOLE_GOAL:g} s for {residents:,}: checked {found['check']:.1f} s, written {found['write']:.1f} s, "
            f"lock {found['lock']:.0f} ms; parsed <= {PARSE_GOAL:g} x bare reading"
        ),
        ok=found["whole"] <= WHOLE_GOAL and enough,
        runs=residents,
        machine=machine(),
    )
