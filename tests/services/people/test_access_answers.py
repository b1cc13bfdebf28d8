"""Why a door opened or not, by the rules and the books of that time, and what would be written now."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import update

from backend.domain.enums import Role
from backend.domain.errors import Forbidden, Invalid, NotFound
from backend.services import past
from backend.store import tables as t
from tests.services.people.park import Park, add_group
from tests.support.plans import plans
from tests.support.rows import ManagerContext

pytestmark = pytest.mark.feature("SYNC-05")


def logged(park: Park, at: datetime, holder_id: int | None, response: str = "failed", **columns: object) -> int:
    """A line of the door log at the gate."""
    values = {"relay_id": park.gate_relay, "action": "pin", "key": "··41", "initiated_by": "Kowalska, Anna", **columns}
    with park.store.books(park.context) as work:
        return work.insert(
            t.door_log, community_id=park.context.community_id, device_id=park.gate, holder_id=holder_id,
            happened_at=at, received_at=at, door="Main Gate", type="release", response=response, **values,
        )  # fmt: skip


def test_person_with_a_right_may_open_now(park: Park) -> None:
    anna = park.add(pin="2041")
    answer = park.access.why(park.context, holder_id=anna.id, relay_id=park.gate_relay)
    assert (answer.allowed, answer.door, answer.person) == (True, "Main Gate", "Kowalska, Anna")
    assert answer.at == park.clock.now
    assert all(ok for _, _, ok in answer.checks)
    assert (answer.held, answer.read_at) == ("Not known: the door was never read.", None)


def test_refusal_outside_hours_says_which_group_and_when_next(park: Park) -> None:
    day = add_group(park.store, park.context, "Day", (park.gate_relay,))
    anna = park.add(pin="2041", group_ids=(day,))
    night = park.clock.now + timedelta(hours=12)
    answer = park.access.why(park.context, holder_id=anna.id, relay_id=park.gate_relay, at=night)
    assert not answer.allowed
    assert answer.sentence == "Day ends Monday at 18:00; it was 22:00."
    assert answer.opens_next == datetime.fromisoformat("2026-03-03T07:00Z")


def test_past_is_judged_by_the_rules_of_then(park: Park) -> None:
    anna = park.add(pin="2041")
    then = park.clock.now + timedelta(minutes=5)
    park.clock.advance(minutes=10)
    park.edit(anna.id, group_ids=(), pin="3052", last="Nowak")
    park.clock.advance(minutes=10)
    park.delete(anna.id)
    park.clock.advance(minutes=10)
    past = park.access.why(park.context, holder_id=anna.id, relay_id=park.gate_relay, at=then)
    assert (past.allowed, past.person) == (True, "Kowalska, Anna")
    between = park.access.why(
        park.context, holder_id=anna.id, relay_id=park.gate_relay, at=then + timedelta(minutes=10)
    )
    assert (between.allowed, between.person) == (False, "Nowak, Anna")
    assert between.sentence == "No group of Nowak, Anna opens Gate, Main Gate."
    now = park.access.why(park.context, holder_id=anna.id, relay_id=park.gate_relay)
    assert now.sentence == "Nowak, Anna was deleted."


def test_code_that_is_gone_since_counts_in_the_past(park: Park) -> None:
    anna = park.add(pin="2041")
    then = park.clock.now + timedelta(minutes=5)
    park.clock.advance(minutes=10)
    park.edit(anna.id, pin="")
    park.prove()
    assert park.statuses(anna.id) == ["gone"]
    assert park.access.why(park.context, holder_id=anna.id, relay_id=park.gate_relay, at=then).allowed


def test_too_many_changes_since_are_admitted(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = park.add(pin="2041")
    then = park.clock.now
    park.clock.advance(minutes=10)
    park.edit(anna.id, group_ids=(), pin="3052")
    monkeypatch.setattr(past, "HORIZON", 2)
    answer = park.access.why(park.context, holder_id=anna.id, relay_id=park.gate_relay, at=then)
    assert not answer.allowed
    assert answer.sentence.endswith("The rules of that time are not known any more: this is judged by those of today.")


def test_time_before_the_community_is_admitted_too(park: Park) -> None:
    anna = park.add(pin="2041")
    with park.store.write(park.act, "community.add") as work:
        work.require("community.write")
        work.update(t.community, park.context.community_id, name="Park")
        work.connection.execute(
            update(t.operation).where(t.operation.c.id == 1).values(community_id=work.context.community_id)
        )
        work.tell("Prepared", "community", None, "")
    before = park.clock.now - timedelta(days=1)
    answer = park.access.why(park.context, holder_id=anna.id, relay_id=park.gate_relay, at=before)
    assert answer.sentence.endswith("this is judged by those of today.")


def test_log_line_is_answered_for_the_code_that_was_shown(park: Park) -> None:
    day = add_group(park.store, park.context, "Day", (park.gate_relay,))
    anna = park.add(pin="2041", cards=("0A1B2C3D",), group_ids=(day,))
    park.hold(park.gate, anna.id, park.clock.now, pin="2041", cards=("0A1B2C3D",))
    night = park.clock.advance(hours=12)
    park.clock.advance(minutes=1)
    answer = park.access.why(park.context, log_id=logged(park, night, anna.id))
    assert (answer.allowed, answer.at, answer.sentence) == (False, night, "Day ends Monday at 18:00; it was 22:00.")
    assert answer.checks[0] == ("Credential", "PIN", True)
    assert answer.held == "The door holds this PIN since 10:00."
    assert (answer.opened, answer.shown) == (False, "PIN ··41")
    card = park.access.why(park.context, log_id=logged(park, night, anna.id, action="card", key="··3D"))
    assert card.checks[0] == ("Credential", "card", True)
    forced = park.access.why(park.context, log_id=logged(park, night, anna.id, "success"))
    assert (forced.opened, forced.allowed) == (True, False), "what the door did is not what the rules say"
    assert park.access.why(park.context, holder_id=anna.id, relay_id=park.gate_relay).opened is None


def test_a_line_of_the_second_in_which_the_person_was_added_is_no_riddle(park: Park) -> None:
    """Devices log whole seconds: somebody added at .255 who opens at .800 stands in the log at .000."""
    second = park.clock.now.replace(microsecond=0)
    park.clock.advance(microseconds=255_000)
    anna = park.add(pin="2041")
    park.clock.advance(seconds=5)
    answer = park.access.why(park.context, log_id=logged(park, second, anna.id, "success"))
    assert answer.allowed
    refused = park.access.why(park.context, log_id=logged(park, second, anna.id, "failed"))
    assert not refused.allowed


@pytest.mark.parametrize(
    ("columns", "response", "sentence"),
    [
        ({}, "failed", "Nobody here has this PIN."),
        ({"action": "card"}, "failed", "Nobody here has this card."),
        ({}, "success", "The device named nobody of this community."),
        ({"action": "http"}, "success", "The door was opened from here, by hand."),
        ({"action": "http", "reason": "no answer"}, "failed", "no answer"),
        ({"action": "exit_button"}, "success", "The door was opened from inside, by the exit button."),
    ],
)
def test_log_line_without_a_person(park: Park, columns: dict[str, object], response: str, sentence: str) -> None:
    line = logged(park, park.clock.now, None, response, **columns)
    answer = park.access.why(park.context, log_id=line)
    assert (answer.sentence, answer.allowed, answer.door) == (sentence, response == "success", "Main Gate")


@pytest.mark.feature("SYNC-06")
def test_what_the_door_held_is_told_from_its_books(park: Park) -> None:
    park.clock.advance(minutes=10)
    anna = park.add(pin="2041")
    start = park.clock.now
    park.hold(park.gate, anna.id, start, start + timedelta(minutes=20), pin="2041")
    park.hold(
        park.gate,
        anna.id,
        start + timedelta(minutes=20),
        start + timedelta(minutes=40),
        pin="2041",
        cards=("0A1B2C3D",),
    )
    park.set_sync(park.gate, read_back_at=start + timedelta(minutes=41))
    park.clock.advance(days=1)

    def held(minutes: int) -> str:
        at = start + timedelta(minutes=minutes)
        return park.access.why(park.context, log_id=logged(park, at, anna.id)).held

    assert held(30) == "The door held this PIN from 2026-03-02 10:10 to 2026-03-02 10:50."
    assert held(50) == "The door held this PIN until 2026-03-02 10:50."
    assert held(-5) == "The door did not hold this PIN yet. It does since 2026-03-02 10:10."
    park.edit(anna.id, pin="3052")
    now = park.access.why(park.context, holder_id=anna.id, relay_id=park.gate_relay)
    assert now.read_at == start + timedelta(minutes=41)
    assert now.held == "The door held this person until 2026-03-02 10:50."


def test_pin_that_the_door_does_not_hold_is_not_taken_for_another(park: Park) -> None:
    anna = park.add(pin="2041")
    park.hold(park.gate, anna.id, park.clock.now, pin="1111")
    park.set_sync(park.gate, read_back_at=park.clock.now)
    at = park.clock.advance(minutes=5)
    park.clock.advance(minutes=5)
    assert park.access.why(park.context, log_id=logged(park, at, anna.id)).held == "The door did not hold this PIN."
    park.hold(park.gate, anna.id, at, pin="2041", unknown=True)
    doubtful = park.access.why(park.context, log_id=logged(park, at, anna.id)).held
    assert doubtful == "Not sure: the door did not confirm the last write."


def test_question_must_name_enough(park: Park, manager_context: ManagerContext) -> None:
    anna = park.add()
    with pytest.raises(Invalid, match="Name a person and a door"):
        park.access.why(park.context, holder_id=anna.id)
    with pytest.raises(NotFound, match="There is no such person"):
        park.access.why(park.context, holder_id=999, relay_id=park.gate_relay)
    with pytest.raises(NotFound, match="There is no such log line"):
        park.access.why(park.context, log_id=999)
    technician = manager_context(Role.TECHNICIAN, community_id=park.context.community_id)
    with pytest.raises(Forbidden):
        park.access.why(technician, holder_id=anna.id, relay_id=park.gate_relay)
    stranger = manager_context(Role.INSTALLER)
    with pytest.raises(NotFound):
        park.access.why(stranger, holder_id=anna.id, relay_id=park.gate_relay)


@pytest.mark.feature("SYNC-02")
def test_plan_of_a_device_compares_with_what_it_holds(park: Park) -> None:
    anna = park.add(pin="2041", cards=("0A1B2C3D",))
    jan = park.add(first="Jan", last=None, pin="3052")
    park.hold(park.gate, anna.id, park.clock.now, pin="2041")
    gus = park.add(number="1002", first="Gus", last="Gone", pin="4063")
    park.delete(gus.id)
    park.hold(park.gate, gus.id, park.clock.now, pin="4063", name="Gone, Gus")
    park.set_sync(park.gate, users_unmanaged=2)
    gate, lobby = park.access.plan_device(park.context)
    assert [(line.holder_id, line.what) for line in gate.adds] == [(anna.id, "1 card"), (jan.id, "PIN")]
    assert [(line.name, line.what) for line in gate.removes] == [("Gone, Gus", "PIN")]
    assert (gate.users_after, gate.users_limit) == (4, 10_000)
    assert [line.what for line in lobby.adds] == ["PIN and 1 card", "PIN"]
    assert park.access.plan_device(park.context, park.lobby) == (lobby,)
    with pytest.raises(NotFound):
        park.access.plan_device(park.context, 999)


def test_plan_of_a_device_in_order_is_empty(park: Park) -> None:
    anna = park.add(pin="2041")
    park.hold(park.gate, anna.id, park.clock.now, pin="2041")
    assert park.access.plan_device(park.context, park.gate) == ()


def test_refused_lines_have_their_reasons_in_few_words_by_the_rules_of_then(park: Park) -> None:
    day = add_group(park.store, park.context, "Day", (park.gate_relay,), time(8), time(22))
    anna = park.add(pin="2041", cards=("0A1B2C3D",), group_ids=(day,))
    late = park.clock.advance(hours=13)
    lines = {"late": logged(park, late, anna.id), "opened": logged(park, late, anna.id, "success")}
    park.clock.advance(hours=1)
    park.edit(anna.id, group_ids=())
    lines["no group"] = logged(park, park.clock.advance(minutes=1), anna.id, action="card", key="··3D")
    park.clock.advance(minutes=1)
    park.edit(anna.id, pin="", group_ids=(day,))
    park.clock.advance(hours=11)
    lines["code"] = logged(park, park.clock.now, anna.id)
    lines["door"] = logged(park, park.clock.now, anna.id, action="card", key="··3D")
    lines["stranger"] = logged(park, park.clock.now, None)
    park.clock.advance(minutes=1)
    park.delete(anna.id)
    found = park.access.reasons(park.context, lines.values())
    assert {name: found.get(line) for name, line in lines.items()} == {
        "late": "outside Day 08-22",
        "opened": None,
        "no group": "no group here",
        "code": "code taken away",
        "door": "the door alone",
        "stranger": None,
    }
    assert park.access.reasons(park.context, []) == {}


def test_reasons_are_asked_for_by_the_lines_alone_however_long_the_log(park: Park) -> None:
    anna = park.add(pin="2041")
    lines = [logged(park, park.clock.now, anna.id) for _ in range(40)]
    for plan in (found := plans(park.store, "door_log", lambda: park.access.reasons(park.context, lines))):
        assert plan == "SEARCH door_log USING INTEGER PRIMARY KEY (rowid=?)"
    assert len(found) == 1


def test_reasons_beyond_the_horizon_are_left_out(park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = park.add(pin="2041", group_ids=())
    line = logged(park, park.clock.advance(minutes=5), anna.id)
    park.clock.advance(minutes=5)
    park.edit(anna.id, last="Nowak")
    assert park.access.reasons(park.context, [line]) == {line: "no group here"}
    for limit in ("HORIZON", "IMAGES"):
        with monkeypatch.context() as patched:
            patched.setattr(past, limit, 0)
            assert park.access.reasons(park.context, [line]) == {}
