"""Reservations: the slot, the seat, and the key that lives and dies with them (BOOK-02)."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from backend.domain.bookings import BookingDraft, BookingStatus, parse_slot
from backend.domain.context import agent_context
from backend.domain.enums import Role
from backend.domain.errors import Conflict, Invalid, NotFound, Stale
from backend.domain.filter import Filter, Term
from backend.domain.formats import zone_info
from backend.domain.moves import MoveDraft
from backend.domain.paging import ListQuery
from backend.domain.residents import ResidentDraft
from backend.services.apartments import Apartments
from backend.services.booking_ends import free_over
from backend.services.bookings import Bookings
from backend.services.buildings import Buildings
from backend.services.moves import Moves
from backend.services.outbox import open_content
from backend.store import tables as t
from backend.store.opening import open_site
from backend.store.site import Site
from tests.services.people.park import Park
from tests.services.people.resort import Resort, make_resort
from tests.support.overtaken import Overtaken
from tests.support.rows import ManagerContext


@pytest.fixture
def resort(park: Park) -> Resort:
    """The park with a premium plan."""
    return make_resort(park)


@pytest.fixture
def anna(resort: Resort) -> int:
    """Somebody of A 1001."""
    return resort.park.add(email="anna@example.com").id


@pytest.fixture
def jan(resort: Resort) -> int:
    """Somebody of A 1002."""
    return resort.park.add("1002", "Jan", "Nowak").id


@pytest.fixture
def gym(resort: Resort) -> int:
    """For two people and 60 minutes, 8 to 12 and 14 to 22 by the clocks of Berlin, an hour before UTC in March."""
    with resort.park.store.write(resort.park.act, "test.prepare") as work:
        work.require("community.write")
        work.update(t.community, resort.park.context.community_id, timezone="Europe/Berlin")
    return resort.gym().id


def opens(park: Park, booking_id: int, relay_id: int, at: datetime) -> bool:
    """Whether the key of a reservation opens a door then."""
    from backend.domain.access.decide import decide
    from backend.services.rules import load_rules

    with park.store.read() as connection:
        rules = load_rules(connection, park.store.sealer, park.context.community_id)
    found = rules.credentials.get(booking_id, ())
    return any(decide(rules, one, relay_id, at).allowed for one in found)


def sent(park: Park) -> None:
    """Every mail has left."""
    with park.store.books(agent_context(park.context.community_id)) as work:
        work.connection.execute(update(t.outgoing).values(state="sent"))


@pytest.mark.feature("BOOK-02")
def test_the_key_opens_the_amenity_in_the_slot_only(resort: Resort, gym: int, anna: int) -> None:
    park = resort.park
    booking_id = resort.book(gym, anna, 9, 10).id
    page = resort.page(booking_id)
    assert len(page.digits) == 8
    assert page.digits.startswith("9")
    assert page.masked.endswith(page.digits[-2:])
    assert (page.resident, page.apartment, page.doors) == ("Kowalska, Anna", "A 1001", ("Lobby Door",))
    slot, minute = resort.slot(9, 10), timedelta(minutes=1)
    for at, wanted in ((slot.start - minute, False), (slot.start, True), (slot.end - minute, True), (slot.end, False)):
        assert opens(park, booking_id, park.lobby_relay, at) is wanted
    assert not opens(park, booking_id, park.gate_relay, slot.start)


@pytest.mark.feature("BOOK-02")
def test_the_key_goes_out_by_mail_with_its_code(resort: Resort, gym: int, anna: int, jan: int) -> None:
    park = resort.park
    first, second = resort.book(gym, anna, 9, 10).id, resort.book(gym, jan, 9, 10).id
    [mail] = park.rows(t.outgoing, purpose="Reservation key")
    assert (mail["holder_id"], mail["address"], mail["state"]) == (first, "anna@example.com", "waiting")
    assert resort.page(first).mail is not None
    assert resort.page(second).mail is None
    resort.bookings.mail(park.act, first)
    assert len(park.rows(t.outgoing, purpose="Reservation key")) == 2
    with pytest.raises(Invalid, match="no e-mail"):
        resort.bookings.mail(park.act, second)


@pytest.mark.feature("BOOK-02")
@pytest.mark.parametrize(
    ("start", "end", "days", "field"),
    [
        (10, 9, 0, "end"),
        (8, 8.5, 0, "end"),  # over since half an hour
        (8.5, 9.5, 0, "start"),  # began half an hour ago
        (10.5, 11.5, 0, "start"),  # closed from 11 UTC
        (12, 13, 0, "start"),
        (9, 10.25, 0, "end"),  # 75 minutes
        (9, 10, 8, "start"),  # seven days ahead at most
    ],
)
def test_a_slot_keeps_to_the_rules(
    resort: Resort, gym: int, anna: int, start: float, end: float, days: int, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        resort.book(gym, anna, start, end, days)
    assert set(caught.value.fields) == {field}


@pytest.mark.feature("BOOK-02")
@pytest.mark.parametrize(("start", "end", "days"), [(9, 10, 0), (10, 11, 7), (13, 14, 7), (20, 21, 6)])
def test_a_slot_may_go_to_the_edge_of_the_rules(
    resort: Resort, gym: int, anna: int, start: float, end: float, days: int
) -> None:
    assert resort.page(resort.book(gym, anna, start, end, days).id).live


@pytest.mark.edge("24")
def test_hours_are_the_clocks_of_the_community(resort: Resort, gym: int, anna: int) -> None:
    with pytest.raises(Invalid, match="is open"):
        resort.book(gym, anna, 21, 22, 1)  # 22 to 23 in Berlin
    assert resort.book(gym, anna, 7, 8, 1)  # 8 to 9 in Berlin


@pytest.mark.feature("BOOK-02")
def test_seats_are_counted_at_each_instant(resort: Resort, gym: int, anna: int, jan: int) -> None:
    eva = resort.park.add("1003", "Eva", "Maj").id
    resort.book(gym, anna, 9, 10)
    resort.book(gym, jan, 9.5, 10.5)
    with pytest.raises(Conflict, match="All 2 places"):
        resort.book(gym, eva, 9.75, 10.25)
    resort.book(gym, eva, 10, 11)  # where Anna's ends


@pytest.mark.feature("BOOK-02")
def test_a_resident_has_one_at_a_time(resort: Resort, gym: int, anna: int) -> None:
    resort.book(gym, anna, 9, 10)
    with pytest.raises(Conflict, match="already"):
        resort.book(gym, anna, 9.5, 10.5)


@pytest.mark.feature("BOOK-02")
def test_adjacent_reservations_become_one_with_one_key(resort: Resort, anna: int) -> None:
    gym = resort.gym(duration=120, capacity=1).id
    first = resort.book(gym, anna, 14, 15).id
    sent(resort.park)
    digits, mails = resort.page(first).digits, len(resort.park.rows(t.outgoing))
    assert resort.book(gym, anna, 15, 16).id == first
    page = resort.page(first)
    assert page.slot == resort.slot(14, 16)
    assert page.digits == digits
    assert len(resort.park.rows(t.outgoing)) == mails
    with pytest.raises(Invalid, match="becomes one"):
        resort.book(gym, anna, 16, 17)


@pytest.mark.feature("BOOK-02")
def test_the_gap_between_two_makes_one_of_all(resort: Resort, anna: int) -> None:
    gym = resort.gym(duration=180, capacity=1).id
    first, last = resort.book(gym, anna, 14, 15).id, resort.book(gym, anna, 16, 17).id
    joined = resort.book(gym, anna, 15, 16)
    assert joined.id == first
    assert resort.page(first).slot == resort.slot(14, 17)
    assert resort.page(last).status.value == "cancelled"
    resort.park.take_back(joined)
    assert resort.page(first).slot == resort.slot(14, 15)
    assert resort.page(last).status.value == "upcoming"


@pytest.mark.feature("BOOK-02")
def test_moving_moves_the_same_key_without_a_mail(resort: Resort, gym: int, anna: int) -> None:
    park = resort.park
    booking_id = resort.book(gym, anna, 10, 11).id
    sent(park)
    digits, mails = resort.page(booking_id).digits, len(park.rows(t.outgoing))
    moved = resort.move(booking_id, 14, 15)
    assert resort.page(booking_id).digits == digits
    assert len(park.rows(t.outgoing)) == mails
    assert not opens(park, booking_id, park.lobby_relay, resort.slot(10.5, 11).start)
    assert opens(park, booking_id, park.lobby_relay, resort.slot(14.5, 15).start)
    assert park.lobby in moved.doors
    with pytest.raises(Stale):
        resort.bookings.move(park.act, booking_id, 1, resort.slot(16, 17))
    park.take_back(moved)
    assert resort.page(booking_id).slot == resort.slot(10, 11)


@pytest.mark.feature("BOOK-02")
def test_a_mail_that_has_not_left_says_the_new_slot(resort: Resort, gym: int, anna: int) -> None:
    booking_id = resort.book(gym, anna, 10, 11).id
    resort.move(booking_id, 14, 15)
    old, new = resort.park.rows(t.outgoing, holder_id=booking_id)
    assert (old["state"], new["state"]) == ("withdrawn", "waiting")
    content = open_content(resort.park.store.sealer, new["uuid"], new["content_sealed"])
    assert "15:00 to 16:00" in content.text
    assert resort.page(booking_id).digits in content.text


@pytest.mark.feature("BOOK-02")
def test_one_in_progress_keeps_its_start(resort: Resort, gym: int, anna: int) -> None:
    booking_id = resort.book(gym, anna, 9, 9.5).id
    resort.park.clock.advance(minutes=10)
    assert resort.page(booking_id).status.value == "in_progress"
    with pytest.raises(Invalid, match="only its end"):
        resort.move(booking_id, 10, 10.5)
    resort.move(booking_id, 9, 10)
    resort.park.clock.advance(hours=2)
    assert resort.page(booking_id).status is BookingStatus.NO_SHOW
    with pytest.raises(Conflict, match="is over"):
        resort.move(booking_id, 14, 15)
    with pytest.raises(Conflict, match="is over"):
        resort.cancel(booking_id)


@pytest.mark.feature("BOOK-02")
def test_cancelling_frees_the_seat_and_revokes_the_key(resort: Resort, anna: int, jan: int) -> None:
    park = resort.park
    gym = resort.gym(capacity=1).id
    booking_id = resort.book(gym, anna, 10, 11).id
    gone = resort.cancel(booking_id)
    assert park.statuses(booking_id) == ["cooling"]
    assert not opens(park, booking_id, park.lobby_relay, resort.slot(10.5, 11).start)
    assert {device for device, _ in park.unproved(booking_id)} == {park.lobby}
    assert resort.page(booking_id).digits == ""
    with pytest.raises(Conflict, match="was cancelled"):
        resort.cancel(booking_id)
    other = resort.book(gym, jan, 9.5, 10.25)
    with pytest.raises(Conflict, match="seat was taken"):
        park.take_back(gone)
    park.take_back(other)
    park.take_back(gone)
    assert resort.page(booking_id).status.value == "upcoming"
    assert opens(park, booking_id, park.lobby_relay, resort.slot(10.5, 11).start)


@pytest.mark.feature("BOOK-02")
def test_undoing_a_reservation_takes_its_key(resort: Resort, gym: int, anna: int) -> None:
    saved = resort.book(gym, anna, 9, 10)
    resort.park.take_back(saved)
    assert resort.park.statuses(saved.id) == ["cooling"]
    with pytest.raises(NotFound):
        resort.page(saved.id)
    resort.book(gym, anna, 9, 10)


@pytest.mark.feature("BOOK-02")
def test_only_residents_of_the_chosen_buildings(resort: Resort, jan: int) -> None:
    park = resort.park
    other = Buildings(park.store).add(park.act, "B").id
    gym = resort.gym(everywhere=False, building_ids=(other,)).id
    with pytest.raises(Invalid) as caught:
        resort.book(gym, jan, 9, 10)
    assert caught.value.fields == {"resident_id": "Gym is for residents of B; Jan Nowak lives in A."}
    with pytest.raises(Invalid, match="Choose a resident"):
        resort.book(gym, 999, 9, 10)


@pytest.mark.feature("BOOK-02")
def test_after_the_premium_plan_existing_ones_run_out(resort: Resort, gym: int, anna: int) -> None:
    park = resort.park
    booking_id = resort.book(gym, anna, 10, 11).id
    resort.premium(park.clock() + timedelta(minutes=5))
    park.clock.advance(minutes=6)
    with pytest.raises(Conflict, match="has ended"):
        resort.book(gym, anna, 14, 15)
    with pytest.raises(Conflict, match="has ended"):
        resort.move(booking_id, 14, 15)
    assert opens(park, booking_id, park.lobby_relay, resort.slot(10.5, 11).start)
    assert resort.amenities.closed(park.context).upcoming == 1
    resort.cancel(booking_id)


@pytest.mark.feature("BOOK-02")
def test_a_key_that_is_over_is_freed_and_proved(resort: Resort, gym: int, anna: int) -> None:
    park = resort.park
    booking_id = resort.book(gym, anna, 9, 10).id
    agent = agent_context(park.context.community_id)
    assert free_over(park.store, agent) == 0
    park.clock.advance(hours=1)
    assert free_over(park.store, agent) == 1
    assert park.statuses(booking_id) == ["cooling"]
    assert free_over(park.store, agent) == 0
    assert resort.page(booking_id).status is BookingStatus.NO_SHOW


@pytest.mark.feature("BOOK-02")
def test_a_key_that_another_process_has_freed_meanwhile_is_no_operation(resort: Resort, gym: int, anna: int) -> None:
    park = resort.park
    resort.book(gym, anna, 9, 10)
    park.clock.advance(hours=1)
    agent = agent_context(park.context.community_id)
    late = Overtaken(None, "agent", agent.community_id, agent.via, first=lambda: free_over(park.store, agent))
    assert free_over(park.store, late) == 0
    assert [row["action"] for row in park.rows(t.operation, type="booking.end")] == ["Key of reservation over"]


@pytest.mark.feature("BOOK-01")
def test_a_key_that_is_used_up_keeps_its_seat(resort: Resort, anna: int) -> None:
    park = resort.park
    gym = resort.gym(uses=1).id
    booking_id = resort.book(gym, anna, 9, 10).id
    with park.store.books(agent_context(park.context.community_id)) as work:
        work.connection.execute(
            insert(t.temp_key_use).values(holder_id=booking_id, door_log_id=7, device_id=park.lobby, at=park.clock())
        )
    assert free_over(park.store, agent_context(park.context.community_id)) == 1
    page = resort.page(booking_id)
    assert (page.uses, page.most_uses, page.status.value) == (1, 1, "in_progress")
    assert not opens(park, booking_id, park.lobby_relay, park.clock())


def use(park: Park, booking_id: int, at: datetime, line: int = 7) -> None:
    """The key of a reservation has opened the lobby, as a line of its log tells."""
    with park.store.books(agent_context(park.context.community_id)) as work:
        work.connection.execute(
            insert(t.temp_key_use).values(holder_id=booking_id, door_log_id=line, device_id=park.lobby, at=at)
        )


def listed(resort: Resort, *terms: Term) -> list[int]:
    return [row.id for row in resort.bookings.list(resort.park.context, ListQuery(Filter(terms))).first(9)]


@pytest.mark.feature("BOOK-02")
def test_nobody_came_until_a_door_tells_otherwise(resort: Resort, gym: int, anna: int, jan: int) -> None:
    park = resort.park
    missed, came = resort.book(gym, anna, 9, 10).id, resort.book(gym, jan, 9, 10).id
    use(park, came, park.clock())
    assert resort.page(missed).live
    park.clock.advance(hours=3)
    assert resort.page(missed).status is BookingStatus.NO_SHOW
    assert resort.page(came).status is BookingStatus.COMPLETED
    assert listed(resort, Term("status", "eq", ("no_show",))) == [missed]
    with pytest.raises(Conflict, match="is over"):
        resort.cancel(missed)
    with pytest.raises(Conflict, match="is over"):
        resort.move(missed, 20, 21)
    use(park, missed, resort.slot(9, 10).start, 8)  # the door was offline and tells it now
    assert resort.page(missed).status is BookingStatus.COMPLETED
    assert not listed(resort, Term("status", "eq", ("no_show",)))


@pytest.mark.feature("BOOK-02")
def test_a_cancelled_one_is_no_no_show(resort: Resort, gym: int, anna: int) -> None:
    booking_id = resort.book(gym, anna, 9, 10).id
    resort.cancel(booking_id)
    resort.park.clock.advance(hours=3)
    assert resort.page(booking_id).status is BookingStatus.CANCELLED


@pytest.mark.feature("BOOK-02")
def test_the_use_of_one_that_became_part_counts_for_the_whole(resort: Resort, anna: int) -> None:
    park = resort.park
    gym = resort.gym(duration=240).id
    first, later = resort.book(gym, anna, 9, 9.5).id, resort.book(gym, anna, 14, 15).id
    use(park, first, park.clock())
    resort.move(later, 9.5, 10)
    park.clock.advance(hours=3)
    assert resort.page(later).slot == resort.slot(9, 10)
    assert resort.page(later).status is BookingStatus.COMPLETED


@pytest.mark.feature("BOOK-02")
def test_the_reservations_of_one_resident(resort: Resort, gym: int, anna: int, jan: int) -> None:
    mine = resort.book(gym, anna, 9, 10).id
    resort.book(gym, jan, 9, 10)
    assert listed(resort, Term("resident_id", "eq", (anna,))) == [mine]


@pytest.mark.edge("36")
def test_a_reset_cancels_the_reservations_of_the_family(resort: Resort, gym: int, anna: int) -> None:
    park = resort.park
    booking_id = resort.book(gym, anna, 10, 11).id
    reset = Apartments(park.store).reset(park.act, park.apartments["1001"], "1001")
    assert resort.page(booking_id).status.value == "cancelled"
    assert park.statuses(booking_id) == ["cooling"]
    park.take_back(reset)
    assert resort.page(booking_id).status.value == "upcoming"


@pytest.mark.edge("36")
@pytest.mark.feature("RES-16")
def test_a_move_cancels_the_reservations_of_the_family_and_its_undo_brings_them_back(
    resort: Resort, gym: int, anna: int
) -> None:
    park = resort.park
    booking_id = resort.book(gym, anna, 10, 11).id
    draft = MoveDraft(apartment_id=park.apartments["1001"], incoming=ResidentDraft(first="Ewa", last="Nowak"))
    moved = Moves(park.store).move(park.act, draft, "1001")
    assert resort.page(booking_id).status.value == "cancelled"
    assert park.statuses(booking_id) == ["cooling"]
    park.take_back(moved)
    assert resort.page(booking_id).status.value == "upcoming"
    assert park.statuses(booking_id) == ["active"]


@pytest.mark.edge("36")
def test_a_resident_who_goes_takes_their_reservations_along(resort: Resort, gym: int, anna: int) -> None:
    park = resort.park
    booking_id = resort.book(gym, anna, 10, 11).id
    assert park.residents.deletion(park.context, [anna]).bookings == 1
    gone = park.delete(anna)
    assert resort.page(booking_id).status.value == "cancelled"
    park.take_back(gone)
    assert resort.page(booking_id).status.value == "upcoming"
    assert park.statuses(booking_id) == ["active"]


@pytest.mark.feature("BOOK-02")
def test_keys_follow_the_amenity_to_another_device(resort: Resort, gym: int, anna: int) -> None:
    park = resort.park
    booking_id = resort.book(gym, anna, 9, 10).id
    resort.change(gym, device_id=park.gate)
    assert opens(park, booking_id, park.gate_relay, park.clock())
    assert not opens(park, booking_id, park.lobby_relay, park.clock())


@pytest.mark.feature("BOOK-02")
def test_the_key_is_whole_for_those_only_who_may_see_codes(
    resort: Resort, gym: int, anna: int, manager_context: ManagerContext
) -> None:
    booking_id = resort.book(gym, anna, 9, 10).id
    viewer = manager_context(Role.VIEWER, community_id=resort.park.context.community_id)
    page = resort.bookings.get(viewer, booking_id)
    assert page.digits == ""
    assert page.masked
    assert resort.page(booking_id).digits not in repr(resort.page(booking_id))


@pytest.mark.feature("BOOK-02")
@pytest.mark.parametrize("days", [0, 5])
def test_the_plan_of_a_reservation_names_its_door(resort: Resort, gym: int, anna: int, days: int) -> None:
    slot = resort.slot(9, 10, days)
    draft = BookingDraft(amenity_id=gym, resident_id=anna, starts_at=slot.start, ends_at=slot.end)
    plans = resort.bookings.plan_add(resort.park.context, draft)
    assert [(plan.device_name, len(plan.adds)) for plan in plans] == [("Lobby", 1)]


@pytest.mark.feature("BOOK-02")
def test_a_day_shows_hours_and_taken_slots(resort: Resort, gym: int, anna: int) -> None:
    resort.book(gym, anna, 9, 10)
    day = resort.bookings.day(resort.park.context, gym, resort.park.clock().date())
    assert day.open == ((480, 720), (840, 1320))
    assert [(one.resident, one.starts_at) for one in day.taken] == [("Kowalska, Anna", resort.slot(9, 10).start)]


@pytest.mark.edge("25")
def test_a_slot_in_the_hour_that_comes_twice_is_as_long_as_a_watch_says(resort: Resort, anna: int) -> None:
    park = resort.park
    with park.store.write(park.act, "test.prepare") as work:
        work.require("community.write")
        work.update(t.community, park.context.community_id, timezone="Europe/Berlin")
    gym = resort.gym(hours="0-24").id
    berlin = zone_info("Europe/Berlin")
    park.clock.now = datetime(2026, 10, 24, 12, tzinfo=UTC)
    starts = datetime(2026, 10, 25, 2, 0, tzinfo=berlin)
    ends = datetime(2026, 10, 25, 3, 0, tzinfo=berlin)  # two hours later by a watch
    draft = BookingDraft(
        amenity_id=gym, resident_id=anna, starts_at=starts.astimezone(UTC), ends_at=ends.astimezone(UTC)
    )
    with pytest.raises(Invalid, match="120 minutes"):
        resort.bookings.add(park.act, draft)


@pytest.mark.edge("25")
def test_a_typed_time_that_the_clocks_skip_is_refused() -> None:
    now = datetime(2026, 3, 28, 12, tzinfo=UTC)
    with pytest.raises(Invalid, match="the clocks skip it"):
        parse_slot("2026-03-29", "2:30", "1h", now, "Europe/Berlin")
    slot = parse_slot("2026-03-29", "1:30", "3:30", now, "Europe/Berlin")
    assert slot.length == timedelta(hours=1)


@pytest.mark.edge("26")
def test_another_time_zone_leaves_reservations_where_they_are(resort: Resort, gym: int, anna: int) -> None:
    park = resort.park
    booking_id = resort.book(gym, anna, 9, 10).id
    with park.store.write(park.act, "test.prepare") as work:
        work.require("community.write")
        work.update(t.community, park.context.community_id, timezone="Asia/Tokyo")
    assert opens(park, booking_id, park.lobby_relay, resort.slot(9.5, 10).start)


@pytest.mark.edge("27")
@pytest.mark.parametrize("day", ["03/04/2026", "4.3.2026", "2026-3-4"])
def test_a_date_is_iso_whatever_the_community_shows(day: str) -> None:
    with pytest.raises(Invalid, match="no moment"):
        parse_slot(day, "18", "19", datetime(2026, 3, 2, tzinfo=UTC), "Europe/Berlin")


@pytest.mark.edge("28")
@pytest.mark.parametrize("end", ["18", "17:59"])
def test_an_end_that_is_not_after_the_start_is_refused(end: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_slot("2026-03-30", "18", end, datetime(2026, 3, 28, tzinfo=UTC), "Europe/Berlin")
    assert set(caught.value.fields) == {"end"}


def _reserve(root: str, context: object, draft: BookingDraft, ready: object, told: object) -> None:
    """Another process: reserve, and say how it ended."""
    from tests.support.clock import FakeClock

    store = open_site(root, clock=FakeClock())  # type: ignore[arg-type]
    ready.wait(20)  # type: ignore[attr-defined]
    try:
        Bookings(store).add(context, draft)  # type: ignore[arg-type]
        told.put("reserved")  # type: ignore[attr-defined]
    except Conflict as error:
        told.put(error.field)  # type: ignore[attr-defined]
    store.close()


@pytest.mark.feature("BOOK-02")
def test_two_processes_at_the_last_seat_one_wins(resort: Resort, site: Site, anna: int, jan: int) -> None:
    gym, slot, spawn = resort.gym(capacity=1).id, resort.slot(9, 10), multiprocessing.get_context("spawn")
    ready, told = spawn.Barrier(2), spawn.Queue()
    drafts = [
        BookingDraft(amenity_id=gym, resident_id=one, starts_at=slot.start, ends_at=slot.end) for one in (anna, jan)
    ]
    jobs = [spawn.Process(target=_reserve, args=(site.root, resort.park.act, draft, ready, told)) for draft in drafts]
    for job in jobs:
        job.start()
    answers = sorted(told.get(timeout=60) for _ in jobs)
    for job in jobs:
        job.join(20)
    assert answers == ["reserved", "start"]


@pytest.mark.feature("BOOK-02")
def test_many_are_cancelled_under_one_operation(resort: Resort, gym: int, anna: int, jan: int) -> None:
    ids = [resort.book(gym, one, 9 + hour, 9.5 + hour, days).id
           for days in (1, 2) for hour in (0, 1) for one in (anna, jan)]  # fmt: skip
    gone = resort.cancel(*ids)
    assert {resort.page(one).status.value for one in ids} == {"cancelled"}
    resort.park.take_back(gone)
    assert {resort.page(one).status.value for one in ids} == {"upcoming"}


def test_a_gone_mail_server_leaves_the_key_valid(resort: Resort, gym: int, anna: int) -> None:
    park = resort.park
    booking_id = resort.book(gym, anna, 9, 10).id
    with park.store.books(agent_context(park.context.community_id)) as work:
        work.connection.execute(update(t.outgoing).values(state="dead", answer="550 no such user"))
    page = resort.page(booking_id)
    assert (page.mail, page.mail_answer, page.live) == ("dead", "550 no such user", True)


@pytest.mark.feature("BOOK-02")
def test_a_key_is_found_by_its_whole_digits(resort: Resort, gym: int, anna: int) -> None:
    park = resort.park
    booking_id = resort.book(gym, anna, 9, 10).id
    [hit] = park.search.find(park.act, f"pin:{resort.page(booking_id).digits}", 10)
    assert (hit.record, hit.id, hit.detail) == ("booking", booking_id, "reservation, Gym")
    [hit] = park.search.find(park.act, "gym", 10)
    assert (hit.record, hit.id) == ("amenity", gym)


@pytest.mark.edge("36")
def test_a_key_that_is_over_but_not_freed_goes_with_its_resident(resort: Resort, gym: int, anna: int) -> None:
    park = resort.park
    booking_id = resort.book(gym, anna, 9, 10).id
    park.clock.advance(hours=3)
    park.delete(anna)
    assert park.statuses(booking_id) == ["cooling"]
    assert resort.page(booking_id).status is BookingStatus.NO_SHOW
    Apartments(park.store).delete(park.act, park.apartments["1001"])
