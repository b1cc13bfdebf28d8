"""What may happen in a town, how often, and what is drawn for it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.acceptance.oracle import utc
from tests.acceptance.tampering import TAMPER
from tests.acceptance.town import EVERYBODY

STARTS = {
    "a Monday": utc("2026-03-02 09:00"),
    "the night without an hour": utc("2026-03-28 20:30"),
    "the night with an hour twice": utc("2026-10-24 20:30"),
    "a new year": utc("2026-12-31 21:00"),
}
TOWNS = [
    ({"Gate": "E18C", "Yard": "R20A"}, 2),
    ({"Gate": "E18C", "Yard": "R20A"}, 2),
    ({"Gate": "R20A", "Yard": "A08S"}, 1),
    ({"Gate": "X916", "Yard": "E18C"}, 2),
]
APARTMENTS = ("1001", "1002", "1003")
DOORS = st.sampled_from(["Gate", "Yard"])
WHO = st.integers(0, 30)
CLOCKS = st.sampled_from(["00:00", "01:30", "02:00", "02:30", "03:00", "08:00", "18:00", "22:00", "23:30", "23:59"])
HOURS = st.one_of(
    st.builds(lambda start, end: {"repeat": "daily", "start": start, "end": end}, CLOCKS, CLOCKS),
    st.builds(
        lambda start, end, days: {"repeat": "weekly", "start": start, "end": end, "days": days},
        CLOCKS,
        CLOCKS,
        st.sampled_from(["01234", "56", "6", "0", "0123456"]),
    ),
)
FAULTS = (
    *({"drop_before": n} for n in (1, 2)),
    *({"drop_after": n} for n in (1, 2, 3)),
    {"reboot": 1},
    {"full": True},
    {"ignore_writes": True},
    {"ignore_deletes": True},
    {"unauthorized": True},
    {"garbage": True},
    {"not_found": True},
    {"redirect": True},
    {"log_wrap": 2},
    {"clock_offset": 5000.0},
    {"clock_offset": -5000.0},
)
TROUBLE = ("mend", "power off", "restart", "restart", "wipe", "wipe", *TAMPER)
UNTOLD = {"full", "ignore_writes", "ignore_deletes", "unauthorized"}
"""Faults after which the device says nothing: what it did not keep is found when somebody asks, or a day later."""
ZONES = st.sampled_from(["Europe/Berlin", "America/Havana", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Beirut"])
SPAN = st.tuples(st.integers(-300, 3000), st.sampled_from([1, 45, 240, 1500]), st.booleans())
"""Minutes from now on, length in minutes, whether it begins within a minute."""
GROUPS = st.sets(st.sampled_from([EVERYBODY, "Gym", "Cellar"]))
STEPS: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {
    "add": (
        2,
        {
            "apartment": st.sampled_from(APARTMENTS),
            "pin": st.sampled_from(["new", "new", "none", "used"]),
            "cards": st.sampled_from([0, 0, 1, 2, 6]),
            "groups": GROUPS,
        },
    ),
    "delete": (2, {"who": WHO}),
    "move": (
        2,
        {
            "apartment": st.sampled_from(APARTMENTS),
            "comes": st.sampled_from(["PIN", "card", "nobody"]),
            "ahead": st.none() | st.sampled_from([1, 200, 3000]),
        },
    ),
    "edit": (
        4,
        {
            "who": WHO,
            "pin": st.sampled_from([None, "new", "none", "used"]),
            "cards": st.sampled_from([0, 0, 1]),
            "drop_cards": st.booleans(),
            "groups": st.none() | GROUPS,
        },
    ),
    "undo": (3, {"back": st.sampled_from([0, 0, 0, 1, 2])}),
    "hours": (
        2,
        {
            "group": st.sampled_from([EVERYBODY, EVERYBODY, "Gym", "Cellar"]),
            "hours": st.lists(HOURS, max_size=2),
            "span": st.none() | SPAN,
        },
    ),
    "limit": (
        3,
        {
            "who": WHO,
            "what": st.sampled_from(["validity", "validity", "suspend", "resume"]),
            "since": st.none() | st.sampled_from([-60, 30, 200, 3000]),
            "until": st.none() | st.sampled_from([20, 300, 2000]),
        },
    ),
    "visit": (
        2,
        {
            "hours": HOURS,
            "span": st.none() | SPAN,
            "doors": st.lists(st.sampled_from(["Gate", "Yard"]), min_size=1, max_size=2, unique=True),
        },
    ),
    "leave": (1, {"who": WHO}),
    "holiday": (
        1,
        {"ahead": st.none() | st.integers(-1, 2), "days": st.integers(1, 2), "keeping": GROUPS},
    ),
    "zone": (1, {"zone": ZONES}),
    "wait": (
        4,
        {"minutes": st.sampled_from([0, 0, 0, 1, 17, 180, 361, 1439, 1441, 4400]), "short": st.booleans()},
    ),
    "fault": (4, {"name": DOORS, "fault": st.sampled_from(FAULTS)}),
    "trouble": (3, {"name": DOORS, "what": st.sampled_from(TROUBLE), "which": WHO}),
    "enter": (3, {"name": DOORS, "how": st.sampled_from(["pin", "card", "hand"]), "which": WHO}),
    "work": (4, {"name": DOORS}),
    "settled": (3, {"minutes": st.lists(st.integers(1, 1560), max_size=3)}),
}
"""What happens, how often in proportion, and what is drawn for it."""

NEEDS_PEOPLE = ("delete", "edit", "limit")
