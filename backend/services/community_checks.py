"""What is typed of a community, put in order: facts that its managers change, switches that an installer flips."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from backend.domain.communities import MOST_FREE_MEMBERS
from backend.domain.countries import find_country
from backend.domain.enums import PinMode
from backend.domain.errors import Invalid
from backend.domain.formats import Formats
from backend.domain.names import check_name, clean
from backend.domain.walltime import instant_of, iso_day

if TYPE_CHECKING:
    from backend.domain.community_drafts import CommunitySwitches

FACTS = (
    "name",
    "timezone",
    "clock_format",
    "date_format",
    "country",
    "street",
    "city",
    "postcode",
    "state",
    "pin_mode",
)
_ADDRESS = ("street", "city", "postcode", "state")
ADDRESS_LONGEST = 128


def checked_facts(typed: Mapping[str, str]) -> dict[str, str]:
    """The facts in order, a country as its code; raises Invalid naming every field that is not.

    A country that nobody knows is kept as a code of two letters; a city is data, never a closed list (rules 15).
    """
    bad: dict[str, str] = {}
    wanted = {name: value.strip() for name, value in typed.items()}
    try:
        wanted["name"] = check_name(typed["name"], "name")
    except Invalid as error:
        bad |= error.fields
    for field, zone, clock, order in (
        ("timezone", wanted["timezone"], "24", "iso"),
        ("clock_format", "UTC", wanted["clock_format"], "iso"),
        ("date_format", "UTC", "24", wanted["date_format"]),
    ):
        try:
            Formats.of(zone, clock, order)
        except Invalid as error:
            bad |= {field: error.fields[field]}
    if wanted["pin_mode"] not in list(PinMode):
        bad["pin_mode"] = "PIN access mode is pin or apt_pin."
    for field in _ADDRESS:
        if len(wanted[field]) > ADDRESS_LONGEST:
            bad[field] = f"At most {ADDRESS_LONGEST} characters, this has {len(wanted[field])}."
        wanted[field] = clean(wanted[field], ADDRESS_LONGEST)
    try:
        wanted["country"] = checked_country(wanted["country"])
    except Invalid as error:
        bad |= error.fields
    if bad:
        raise Invalid(bad)
    return wanted


def checked_country(typed: str) -> str:
    """The code of a country, one that nobody knows as its two letters, "" for none; raises Invalid (country)."""
    country, wanted = find_country(typed), typed.strip()
    if country is not None:
        return country.code
    if wanted and not (len(wanted) == 2 and wanted.isalpha()):
        raise Invalid({"country": "Write a country by its name or its code of two letters, as in Germany or DE."})
    return wanted.upper()


def checked_switches(switches: CommunitySwitches, row: Row[Any], now: datetime) -> dict[str, Any]:
    """The columns that switches change on the row of a community; raises Invalid with every bad field."""
    wanted = switches.model_dump(exclude_none=True)
    bad: dict[str, str] = {}
    if switches.charge_mode is not None:
        wanted["charge_mode"] = switches.charge_mode.value
    free = switches.free_members
    if free is not None and not 0 <= free <= MOST_FREE_MEMBERS:
        bad["free_members"] = f"0 to {MOST_FREE_MEMBERS} family members are free."
    until = row.premium_until
    if switches.premium_until is not None:
        try:
            until = wanted["premium_until"] = _end_of(switches.premium_until, row.timezone)
        except Invalid as error:
            bad["premium_until"] = str(error)
    if switches.video_storage and not row.video_storage and not (until and until > now):
        bad["video_storage"] = "Video Storage needs the Premium Feature Plan. Set its last day first."
    if bad:
        raise Invalid(bad)
    return wanted


def last_day(row: Row[Any]) -> date | None:
    """The last day of the Premium Feature Plan in the zone of the community's row; None without a plan."""
    if row.premium_until is None:
        return None
    local: datetime = row.premium_until.astimezone(ZoneInfo(row.timezone))
    return (local - timedelta(seconds=1)).date()


def _end_of(day: date | str, zone: str) -> datetime | None:
    """The instant at which a last day ends in a zone; None for no day. Raises Invalid."""
    if isinstance(day, str):
        if not day.strip():
            return None
        found = iso_day(day.strip())
        if found is None:
            raise Invalid({"premium_until": "Write a day as in 2027-12-31, or nothing for no plan."})
        day = found
    return instant_of(day + timedelta(days=1), ZoneInfo(zone))
