"""What would let somebody in, offered with the answer, planned per door and done (SYNC-05)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import update

from backend.domain.access.remedies import Remedy, Way
from backend.domain.answers import Answer, Offer
from backend.domain.enums import CredentialKind, Role
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.domain.staff import StaffDraft
from backend.services.personnel import Staff
from backend.services.remedies import Remedies, offers_at
from backend.store import tables as t
from tests.services.people.park import Park, add_group
from tests.support.rows import ManagerContext

pytestmark = pytest.mark.feature("SYNC-05")


def why(park: Park, holder_id: int, relay_id: int | None = None, at: datetime | None = None) -> Answer:
    """May this person enter at the gate?"""
    return park.access.why(park.context, holder_id=holder_id, relay_id=relay_id or park.gate_relay, at=at)


def done(park: Park, holder_id: int, offer: Offer) -> None:
    """Do what is offered; somebody who may not enter may then."""
    remedies = Remedies(park.store)
    planned = {plan.device_id for plan in remedies.plan(park.context, holder_id, offer.remedy)}
    before = park.gens()
    saved = remedies.apply(park.act, holder_id, offer.remedy)
    dirtied = {device for device, gen in park.gens().items() if gen > before[device]}
    assert planned <= dirtied == set(saved.doors)


@pytest.fixture
def late(park: Park) -> tuple[int, datetime]:
    """Anna and Jan are in Day at the gate until 18:00; it is 22:00. Night is open."""
    day = add_group(park.store, park.context, "Day", (park.gate_relay,))
    add_group(park.store, park.context, "Night", (park.gate_relay,), time(21, 30), time(23))
    anna = park.add(pin="2041", group_ids=(day,))
    park.add("1002", "Jan", "Nowak", pin="3052", group_ids=(day,))
    return anna.id, park.clock.advance(hours=12)


def test_offers_name_whom_else_they_let_in(park: Park, late: tuple[int, datetime]) -> None:
    anna, at = late
    answer = why(park, anna)
    assert (answer.allowed, answer.offered_at, answer.by_today) == (False, at, False)
    assert [(one.title, one.effect, one.others) for one in answer.offers] == [
        ("Add to group Night", "nobody else, 1 door, daily 21:30-23:00, +10.5 door-hours a week", ()),
        ("Day: also Mo 22:00-23:00", "1 other person, 1 door, +1 door-hours a week", ("Nowak, Jan",)),
    ]
    assert answer.day == ((480, 1080),)
    assert answer.minute == 22 * 60


def test_joining_a_group_lets_in_after_its_plan_and_can_be_undone(park: Park, late: tuple[int, datetime]) -> None:
    anna, _ = late
    offer = next(one for one in why(park, anna).offers if one.remedy.way is Way.JOIN)
    assert offer.title == "Add to group Night"
    done(park, anna, offer)
    assert why(park, anna).allowed
    newest = park.undo.candidates(park.context, 1)[0]
    park.undo.undo(park.act, newest.id)
    assert not why(park, anna).allowed


def test_an_hour_more_lets_in_exactly_those_it_named(park: Park, late: tuple[int, datetime]) -> None:
    anna, at = late
    before = {one.name for one in park.access.who(park.context, park.gate_relay).openers}
    offer = next(one for one in why(park, anna).offers if one.remedy.way is Way.HOURS)
    done(park, anna, offer)
    after = {one.name for one in park.access.who(park.context, park.gate_relay).openers}
    assert after - before == {"Kowalska, Anna", *offer.others}
    assert not why(park, anna, at=at + timedelta(hours=1)).allowed
    assert why(park, anna, at=at + timedelta(days=7)).allowed


def test_the_hours_of_a_default_group_stand(park: Park) -> None:
    anna = park.add(pin="2041", group_ids=(park.default_group,))
    with park.store.write(park.act, "test.prepare") as work:
        work.require("access_group.write")
        window = work.connection.execute(t.access_window.select()).one()
        work.update(t.access_window, window.id, repeat="weekly", days="6")
    assert why(park, anna.id).offers == ()
    remedy = Remedy(Way.HOURS, group_id=park.default_group)
    with pytest.raises((Conflict, Invalid)):
        Remedies(park.store).apply(park.act, anna.id, remedy)


def test_a_method_that_is_off_is_switched_on_at_the_relay(park: Park) -> None:
    anna, jan = park.add(cards=("0A1B2C3D",)), park.add("1002", "Jan", "Nowak", cards=("0B1B2C3D",))
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.edit")
        work.update(t.relay, park.gate_relay, methods="pin")
    code, method = why(park, anna.id).offers
    assert (code.title, code.others) == ("Give a PIN", ())
    assert (method.title, method.others) == ("Main Gate takes card too", ("Nowak, Jan",))
    done(park, anna.id, method)
    assert why(park, anna.id).allowed
    assert park.rows(t.relay, id=park.gate_relay)[0]["methods"] == "pin,card"
    park.undo.undo(park.act, park.undo.candidates(park.context, 1)[0].id)
    assert not why(park, jan.id).allowed


def test_a_suspended_person_comes_back_and_a_deleted_one_does_not(park: Park) -> None:
    anna = park.add(pin="2041")
    with park.store.write(park.act, "test.prepare") as work:
        work.require("resident.write")
        work.update(t.holder, anna.id, status="suspended")
    (offer,) = why(park, anna.id).offers
    assert (offer.title, offer.remedy.way) == ("End the suspension of Kowalska, Anna", Way.PERSON)
    done(park, anna.id, offer)
    assert why(park, anna.id).allowed
    park.delete(anna.id)
    assert why(park, anna.id).offers == ()
    with pytest.raises(NotFound):
        Remedies(park.store).apply(park.act, anna.id, offer.remedy)


def test_staff_join_a_group_as_their_form_does(park: Park) -> None:
    day = add_group(park.store, park.context, "Day", (park.gate_relay,))
    night = add_group(park.store, park.context, "Night", (park.gate_relay,), time(21), time(23))
    saved = Staff(park.store).add(park.act, StaffDraft(name="Guard", pin="8080", group_ids=(day,)))
    park.clock.advance(hours=12)
    offer = next(one for one in why(park, saved.id).offers if one.remedy.group_id == night)
    done(park, saved.id, offer)
    assert why(park, saved.id).allowed


def test_a_code_is_given_in_the_form(park: Park) -> None:
    anna = park.add()
    (offer,) = why(park, anna.id).offers
    assert (offer.title, offer.remedy.kinds) == ("Give a PIN or card", (CredentialKind.PIN, CredentialKind.CARD))
    with pytest.raises(Invalid, match="in the form"):
        Remedies(park.store).apply(park.act, anna.id, offer.remedy)


def test_a_refusal_of_the_past_is_helped_by_the_rules_of_today(park: Park) -> None:
    anna = park.add(pin="2041", group_ids=())
    then = park.clock.now
    park.clock.advance(days=1)
    park.edit(anna.id, group_ids=(park.default_group,))
    answer = why(park, anna.id, at=then)
    assert (answer.allowed, answer.by_today, answer.offers) == (False, True, ())
    assert answer.offered_at == then + timedelta(days=7)


@pytest.mark.edge(24)
@pytest.mark.parametrize(
    ("at", "now", "helped"),
    [
        ("2026-03-02T09:00Z", "2026-03-02T08:00Z", "2026-03-02T09:00Z"),
        ("2026-03-02T09:00Z", "2026-03-02T09:30Z", "2026-03-02T09:30Z"),
        ("2026-03-02T09:00Z", "2026-03-02T12:00Z", "2026-03-09T09:00Z"),
        ("2026-03-02T09:00Z", "2026-03-05T12:00Z", "2026-03-09T09:00Z"),
        ("2026-03-23T09:00Z", "2026-03-28T12:00Z", "2026-03-30T08:00Z"),
    ],
)
def test_help_is_for_now_or_for_the_next_time_the_hour_comes(at: str, now: str, helped: str) -> None:
    parsed = [datetime.fromisoformat(one) for one in (at, now, helped)]
    assert offers_at(parsed[0], parsed[1], "Europe/Berlin") == parsed[2]


def test_each_act_asks_for_its_own_permission(park: Park, manager_context: ManagerContext) -> None:
    anna = park.add(pin="2041", group_ids=())
    viewer = manager_context(Role.VIEWER, community_id=park.context.community_id)
    for remedy in (
        Remedy(Way.JOIN, group_id=park.default_group),
        Remedy(Way.METHOD, relay_id=park.gate_relay, kinds=(CredentialKind.CARD,)),
        Remedy(Way.PERSON),
    ):
        with pytest.raises(Forbidden):
            Remedies(park.store).apply(viewer, anna.id, remedy)
        assert Remedies(park.store).plan(viewer, anna.id, remedy) is not None


def test_the_same_request_does_it_once(park: Park) -> None:
    anna = park.add(cards=("0A1B2C3D",))
    with park.store.books(park.context) as work:
        work.connection.execute(update(t.relay).where(t.relay.c.id == park.gate_relay).values(methods="pin"))
    remedy = Remedy(Way.METHOD, relay_id=park.gate_relay, kinds=(CredentialKind.CARD,))
    act = park.act
    first = Remedies(park.store).apply(act, anna.id, remedy)
    assert Remedies(park.store).apply(act, anna.id, remedy) == first
