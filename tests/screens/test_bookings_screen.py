"""Bookings by keys: an amenity is made, reserved, moved, cancelled; without the premium plan it says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.domain.amenities import AmenityDraft
from backend.domain.bookings import BookingDraft, BookingRecord
from backend.domain.community_drafts import CommunitySwitches
from backend.domain.context import Context
from backend.domain.enums import Role
from backend.engine import Engine
from tests.screens.conftest import SMALL, WIDE, Show
from tests.support.clock import FakeClock

Park = tuple[Engine, Context]
SIZES = pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])


def premium(park: Park, days: int = 90) -> None:
    """Let the premium plan run for so many days."""
    engine, context = park
    day = (engine.clock() + timedelta(days=days)).date()
    version = engine.communities.get(context).version
    engine.communities.switch(context.again(), version, CommunitySwitches(premium_until=day))


def device(park: Park, name: str) -> int:
    engine, context = park
    return next(row.id for row in engine.list("device", context).first(10) if row.values["name"] == name)


@pytest.fixture
def gym(park: Park) -> int:
    """An amenity behind the gym for one person, and a premium plan."""
    premium(park)
    draft = AmenityDraft(name="Gym", device_id=device(park, "Gym"), hours="0-24", duration=240)
    return park[0].amenities.add(park[1].again(), draft).id


def residents(park: Park) -> list[int]:
    return [row.id for row in park[0].list("resident", park[1]).first(10)]


def reserve(park: Park, gym: int, hour: int = 2) -> int:
    """Somebody's reservation in so many hours."""
    engine, context = park
    start = engine.clock() + timedelta(hours=hour)
    draft = BookingDraft(
        amenity_id=gym, resident_id=residents(park)[0], starts_at=start, ends_at=start + timedelta(hours=1)
    )
    return engine.bookings.add(context.again(), draft).id


def page(park: Park, booking_id: int) -> BookingRecord:
    return park[0].bookings.get(park[1], booking_id)


def bookings(park: Park) -> list[int]:
    return [row.id for row in park[0].list("booking", park[1]).first(10)]


@pytest.mark.feature("BOOK-02")
@SIZES
async def test_a_reservation_is_made_by_keys(show: Show, park: Park, gym: int, size: tuple[int, int]) -> None:
    async with show("g", "b", size=size) as keys:
        await keys.until_page("BookingsScreen")
        await keys.until_text("Nothing is reserved yet")
        await keys.press("n")
        await keys.until_page("BookingForm")
        await keys.type("kowal")
        await keys.press("tab")
        await keys.type("tomorrow")
        await keys.press("tab")
        await keys.type("18")
        await keys.press("tab")
        await keys.type("90m")
        await keys.press("f2")
        await keys.until_page("BookingPage")
        [booking_id] = bookings(park)
        record = page(park, booking_id)
        assert (record.amenity, record.slot.length) == ("Gym", timedelta(minutes=90))
        digits = "  ".join(" ".join(half) for half in (record.digits[:4], record.digits[4:]))
        await keys.until_text(digits)
        await keys.until_text("Upcoming")


@pytest.mark.feature("BOOK-02")
@SIZES
async def test_the_page_of_a_resident_leads_to_their_reservation(
    show: Show, park: Park, clock: FakeClock, gym: int, size: tuple[int, int]
) -> None:
    whose = page(park, reserve(park, gym)).resident
    clock.advance(hours=5)
    async with show("ctrl+p", size=size) as keys:
        await keys.type(whose.replace(",", ""))
        await keys.press("enter")
        await keys.until_page("ResidentPage")
        await keys.until_text("▲ No-show")
        await keys.press("tab", "enter")
        await keys.until_page("BookingPage")
        await keys.until_text("never, as far as doors have told")


@pytest.mark.feature("BOOK-02")
async def test_errors_stand_at_their_fields_and_nothing_is_lost(show: Show, park: Park, gym: int) -> None:
    async with show("g", "b", "n") as keys:
        await keys.until_page("BookingForm")
        await keys.press("tab", "tab")
        await keys.type("noon")
        await keys.press("f2")
        await keys.until_text("Choose a resident.")
        await keys.until_text("no moment")
        await keys.until_text("Write when it ends")
        assert "noon" in keys.text()
        assert not bookings(park)


@pytest.mark.feature("BOOK-02")
async def test_the_form_tells_what_is_taken_on_the_day(show: Show, park: Park, gym: int) -> None:
    reserve(park, gym)
    async with show("g", "b", "n") as keys:
        await keys.until_page("BookingForm")
        await keys.until_text("Monday 2026-03-02: taken")
        await keys.until_text("12:00-13:00")


@pytest.mark.feature("BOOK-02")
@SIZES
async def test_a_reservation_is_moved_and_its_key_stays(
    show: Show, park: Park, gym: int, size: tuple[int, int]
) -> None:
    booking_id = reserve(park, gym)
    before = page(park, booking_id)
    async with show("g", "b", size=size) as keys:
        await keys.until_page("BookingsScreen")
        await keys.until_text("Upcoming")
        await keys.press("e")
        await keys.until_page("BookingMove")
        await keys.until_text("12:00")
        await keys.type("15")
        await keys.press("tab")
        await keys.type("16")
        await keys.press("f2")
        await keys.until_page("BookingsScreen")
        after = page(park, booking_id)
        assert after.starts_at == before.starts_at + timedelta(hours=3)
        assert after.digits == before.digits


@pytest.mark.feature("BOOK-02")
async def test_cancelling_asks_with_a_letter_of_its_own(show: Show, park: Park, gym: int) -> None:
    booking_id = reserve(park, gym)
    async with show("g", "b") as keys:
        await keys.until_page("BookingsScreen")
        await keys.until_text("Upcoming")
        await keys.press("d")
        await keys.until_text("Cancel this reservation?")
        await keys.press("enter")
        assert page(park, booking_id).live, "Enter confirms nothing"
        await keys.press("d")
        await keys.until_text("Cancel this reservation?")
        await keys.press("x")
        await keys.until(lambda: not page(park, booking_id).live)
        await keys.until_text("Cancelled")
        await keys.press("e")
        await keys.until_text("This reservation is cancelled")


@pytest.mark.feature("BOOK-02")
async def test_the_day_is_a_strip_under_the_list(show: Show, park: Park, gym: int) -> None:
    reserve(park, gym)
    async with show("g", "b") as keys:
        await keys.until_page("BookingsScreen")
        await keys.until_text("Gym · Monday 2026-03-02")
        await keys.until_text("12:00 - 13:00")
        assert "██" in keys.text()
        await keys.press("right_square_bracket")
        await keys.until_text("in this slot only")
        await keys.press("right_square_bracket")
        await keys.until_text("Reserved")


@pytest.mark.feature("BOOK-01")
@SIZES
async def test_an_amenity_is_made_by_keys(show: Show, park: Park, size: tuple[int, int]) -> None:
    premium(park)
    async with show("g", "b", size=size) as keys:
        await keys.until_page("BookingsScreen")
        await keys.press("2")
        await keys.until_page("AmenitiesTab")
        await keys.until_text("There is no amenity yet")
        await keys.press("n")
        await keys.until_page("AmenityForm")
        await keys.type("Gym")
        await keys.press(*["tab"] * 5)
        await keys.type("gym")
        await keys.press("f2")
        await keys.until_page("AmenitiesTab")
        [row] = park[0].list("amenity", park[1]).first(2)
        assert (row.values["name"], row.values["device"], row.values["hours"]) == ("Gym", "Gym", "daily 8-22")


@pytest.mark.feature("BOOK-03")
async def test_taking_the_device_out_asks_because_people_lose_the_door(show: Show, park: Park, gym: int) -> None:
    async with show("g", "b", "2") as keys:
        await keys.until_page("AmenitiesTab")
        await keys.press("e")
        await keys.until_page("AmenityForm")
        await keys.press(*["tab"] * 6)
        await keys.press("space")
        await keys.until_text("Plan")
        await keys.press("f2")
        await keys.until_text("leaves the default groups")
        await keys.press("y")
        await keys.until(lambda: park[0].amenities.get(park[1], gym).out_of_group)


@pytest.mark.feature("BOOK-01")
@SIZES
async def test_an_amenity_has_a_page_with_one_day_after_the_other(
    show: Show, park: Park, gym: int, size: tuple[int, int]
) -> None:
    booking_id = reserve(park, gym, hour=26)
    async with show("g", "b", "2", "enter", size=size) as keys:
        await keys.until_page("AmenityPage")
        await keys.until_text("Monday 2026-03-02")
        await keys.until_text("Nothing is reserved on this day")
        await keys.press("right_square_bracket")
        await keys.until_text("Tuesday 2026-03-03")
        await keys.until_text("12:00 - 13:00")
        await keys.press("enter")
        await keys.until_page("BookingPage")
        assert keys.app.screen.subject() == ("booking", booking_id)


@pytest.mark.feature("BOOK-01")
async def test_deleting_an_amenity_names_what_goes(show: Show, park: Park, gym: int) -> None:
    booking_id = reserve(park, gym)
    async with show("g", "b", "2") as keys:
        await keys.until_page("AmenitiesTab")
        await keys.until_text("Gym")
        await keys.press("d")
        await keys.until_text("1 reservation is cancelled")
        await keys.press("x")
        await keys.until_text("There is no amenity yet")
        assert not page(park, booking_id).live


@pytest.mark.feature("BOOK-01")
@SIZES
async def test_without_the_premium_plan_the_module_says_what_stays_open(
    show: Show, park: Park, size: tuple[int, int]
) -> None:
    async with show("g", "b", size=size) as keys:
        await keys.until_page("BookingsScreen")
        await keys.until_text("Bookings belong to the premium feature plan")
        await keys.until_text("Existing reservations run out")
        await keys.until_text("Nothing is reserved yet")
        assert "n New" not in keys.text()
        await keys.press("n")
        assert type(keys.app.screen).__name__ == "BookingsScreen"


@pytest.mark.feature("BOOK-02")
async def test_after_the_plan_existing_ones_can_be_cancelled(show: Show, park: Park, gym: int) -> None:
    booking_id = reserve(park, gym, hour=50)
    premium(park, days=1)
    park[0].clock.advance(days=2)  # type: ignore[attr-defined]
    async with show("g", "b") as keys:
        await keys.until_text("The premium feature plan has ended")
        await keys.until_text("1 reservation still runs.")
        await keys.until_text("Upcoming")
        await keys.press("d")
        await keys.until_text("Cancel this reservation?")
        await keys.press("x")
        await keys.until(lambda: not page(park, booking_id).live)


@pytest.mark.feature("BOOK-02")
async def test_who_may_only_look_sees_no_key(show: Show, park: Park, gym: int) -> None:
    booking_id = reserve(park, gym)
    record = page(park, booking_id)
    async with show("g", "b", role=Role.VIEWER) as keys:
        await keys.until_page("BookingsScreen")
        await keys.until_text("Upcoming")
        await keys.press("enter")
        await keys.until_page("BookingPage")
        await keys.until_text("may not see codes")
        assert record.digits[:4] not in keys.text()


@pytest.mark.feature("BOOK-02")
async def test_a_technician_finds_no_bookings(show: Show, park: Park) -> None:
    async with show("g", "b", role=Role.TECHNICIAN) as keys:
        await keys.settled()
        assert type(keys.app.screen).__name__ == "DashboardScreen"
