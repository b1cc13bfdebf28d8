"""Temporary keys: made, counted, over, deleted, taken back (features VIS-01 to VIS-04, SET-04; edge cases 16 to 23)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from backend.catalog.specs import filter_specs
from backend.catalog.temp_keys import TEMP_KEY
from backend.domain.access.decide import decide
from backend.domain.context import Context, agent_context
from backend.domain.enums import LogAction, LogResponse, LogType, Repeat, Role
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from backend.domain.filter import parse
from backend.domain.moves import MoveDraft
from backend.domain.paging import ListQuery
from backend.domain.residents import ResidentDraft
from backend.domain.temp_key_times import KeyTime
from backend.domain.temp_keys import KeyState, TempKeyDraft, TempKeyRecord
from backend.services import slices, temp_key_deletion
from backend.services.apartments import Apartments
from backend.services.communities import Communities
from backend.services.moves import Moves
from backend.services.rules import load_rules
from backend.services.settings import Settings
from backend.services.temp_key_ends import count_uses, free_ended
from backend.services.temp_keys import TempKeys
from backend.store import tables as t
from backend.sync.cooling import free_cooled
from tests.services.people.park import Park, add_relay, killed
from tests.support.rows import ManagerContext, insert_device

TONIGHT = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
SPAN = KeyTime(ends=TONIGHT)
EVENING = KeyTime(repeat=Repeat.DAILY, start=time(22), end=time(6))


class Keys:
    """The service with what tests do to it again and again."""

    def __init__(self, park: Park) -> None:
        self.park = park
        self.service = TempKeys(park.store, random.Random(1))
        self._lines = 0

    def draft(self, **more: Any) -> TempKeyDraft:
        """A plumber for this evening, at both doors."""
        usual = {"name": "plumber", "apartment_id": self.park.apartments["1001"], "time": SPAN}
        doors = {"relay_ids": (self.park.gate_relay, self.park.lobby_relay)}
        return TempKeyDraft(**{**usual, **doors, **more})

    def add(self, **more: Any) -> int:
        """Make a key."""
        return self.service.add(self.park.act, self.draft(**more)).id

    def get(self, key_id: int, context: Context | None = None) -> TempKeyRecord:
        """Its page."""
        return self.service.get(context or self.park.context, key_id)

    def edit(self, key_id: int, **time_of: Any) -> None:
        """Give it another time."""
        record = self.get(key_id)
        self.service.edit(self.park.act, key_id, record.version, record.time.model_copy(update=time_of))

    def use(
        self, key_id: int, device: str = "gate", *, ok: bool = True, ago: float = 0, relay: int | None = None
    ) -> int:
        """A line of a door's log tells of the key, so many seconds late; answers how many uses it counted."""
        park = self.park
        self._lines += 1
        key = f"line {self._lines}"
        device_id = park.gate if device == "gate" else park.lobby
        relay_id = relay or (park.gate_relay if device == "gate" else park.lobby_relay)
        with park.store.books(agent_context(park.context.community_id)) as work:
            work.connection.execute(
                insert(t.door_log).values(
                    community_id=park.context.community_id,
                    device_id=device_id,
                    relay_id=relay_id,
                    holder_id=key_id,
                    happened_at=park.clock.now - timedelta(seconds=ago),
                    received_at=park.clock.now,
                    device=device,
                    door=device,
                    initiated_by="plumber",
                    type=LogType.RELEASE,
                    action=LogAction.PIN,
                    key="··07",
                    response=LogResponse.SUCCESS if ok else LogResponse.FAILED,
                    remote_key=key,
                )
            )
            counted = count_uses(work, device_id, [key])
        self.tick()
        return counted

    def tick(self) -> None:
        """The agent's round."""
        free_ended(self.park.store, agent_context(self.park.context.community_id))

    def names(self, expression: str) -> list[str]:
        """The names of the keys that a filter finds."""
        found = parse(expression, filter_specs(TEMP_KEY), now=self.park.clock.now, zone="Europe/Berlin")
        rows = self.service.list(self.park.context, ListQuery(filter=found, sort="name", descending=False)).first(50)
        return [str(row.values["name"]) for row in rows]

    def opens(self, key_id: int, at: datetime, relay: int | None = None) -> bool:
        """Whether the key opens a door then."""
        with self.park.store.read() as connection:
            rules = load_rules(connection, self.park.store.sealer, self.park.context.community_id)
        owned = rules.credentials.get(key_id, ())
        return any(decide(rules, one, relay or self.park.gate_relay, at).allowed for one in owned)

    def set(self, **values: str) -> None:
        """Change the visitor setting."""
        changes = {f"visitor.{name}": value for name, value in values.items()}
        Settings(self.park.store).edit(self.park.act, changes)


@pytest.fixture
def keys(park: Park) -> Keys:
    return Keys(park)


@pytest.mark.feature("VIS-01")
def test_key_opens_its_doors_within_its_time(keys: Keys, park: Park) -> None:
    key = keys.add(id_number="AX 4471 02", relay_ids=(park.gate_relay,))
    record = keys.get(key)
    assert (record.name, record.place, record.id_number, record.made_by) == ("plumber", "A 1001", "AX 4471 02", "Ines")
    assert (record.state, record.used, record.total, record.each_count) == (KeyState.VALID, 0, 1, 1)
    assert (record.begins_at, record.ends_at) == (park.clock.now, TONIGHT)
    assert len(record.digits) == 8
    assert record.digits[0] == "9"
    assert record.masked == f"··{record.digits[-2:]}"
    assert record.digits not in repr(record)
    assert keys.opens(key, park.clock.now)
    assert not keys.opens(key, TONIGHT)
    assert not keys.opens(key, park.clock.now, park.lobby_relay)
    with pytest.raises(NotFound):
        keys.get(park.add().id)


@pytest.mark.feature("VIS-01")
def test_what_is_wrong_with_a_draft_is_told_at_once(keys: Keys, park: Park) -> None:
    with pytest.raises(Invalid) as caught:
        keys.add(name=" ", relay_ids=(), time=KeyTime(ends=park.clock.now), email="nobody", each_count=0)
    assert set(caught.value.fields) == {"name", "relay_ids", "until", "email", "each_count"}
    with pytest.raises(Invalid) as caught:
        keys.add(relay_ids=(park.gate_relay, 4711), apartment_id=4711, time=KeyTime())
    assert set(caught.value.fields) == {"apartment_id", "relay_ids", "until"}
    early = KeyTime(begins=TONIGHT, ends=TONIGHT - timedelta(hours=1))
    with pytest.raises(Invalid, match="end before it begins"):
        keys.add(time=early)
    assert park.rows(t.temp_key) == []


@pytest.mark.feature("VIS-01")
def test_key_without_a_time_holds_for_the_usual_span(keys: Keys, park: Park) -> None:
    assert keys.get(keys.add(time=None)).ends_at == park.clock.now + timedelta(hours=24)
    keys.set(span="4")
    assert keys.get(keys.add(time=None)).ends_at == park.clock.now + timedelta(hours=4)


@pytest.mark.edge("16")
@pytest.mark.feature("VIS-01")
def test_pool_is_per_door_phone_not_per_relay(keys: Keys, park: Park) -> None:
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        second = work.insert(t.relay, uuid="second", device_id=park.gate, number=2, name="Side", name_fold="side")
    key = keys.add(each_count=2, relay_ids=(park.gate_relay, second, park.lobby_relay))
    assert (keys.get(key).phones, keys.get(key).total) == (2, 4)
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        spa = insert_device(work, park.context.community_id, "Spa", profile="R20A")
    third = add_relay(park.store, park.context, spa, "Spa")
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        work.insert(t.own_relay, holder_id=key, relay_id=third)
    assert keys.get(key).total == 6


@pytest.mark.feature("VIS-01")
def test_any_door_uses_the_pool_and_at_zero_the_key_is_dead_everywhere(keys: Keys, park: Park) -> None:
    key = keys.add(each_count=1)
    gens = park.gens()
    assert keys.use(key) == 1
    assert (keys.get(key).used, keys.get(key).state) == (1, KeyState.VALID)
    assert park.statuses(key) == ["active"]
    park.clock.advance(seconds=30)
    assert keys.use(key) == 1
    record = keys.get(key)
    assert (record.used, record.total, record.state, record.over_used) == (2, 2, KeyState.USED_UP, False)
    assert park.statuses(key) == ["cooling"]
    assert {device for device, _ in park.unproved(key)} == {park.gate, park.lobby}
    assert all(park.gens()[device] > gens[device] for device in (park.gate, park.lobby))
    assert not keys.opens(key, park.clock.now)
    assert [row["action"] for row in park.rows(t.operation)][-1] == "Temporary key over"


@pytest.mark.feature("VIS-01")
def test_failed_and_untimely_tries_use_nothing(keys: Keys, park: Park) -> None:
    key = keys.add(each_count=3)
    assert keys.use(key, ok=False) == 0
    assert keys.use(key, ago=3600) == 0
    assert keys.use(key, ago=20) == 1  # a clock of a door may be a little off
    assert keys.get(key).used == 1


@pytest.mark.feature("VIS-01")
def test_two_relays_of_one_phone_by_one_entry_are_one_use(keys: Keys, park: Park) -> None:
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        second = work.insert(t.relay, uuid="second", device_id=park.gate, number=2, name="Side", name_fold="side")
    key = keys.add(each_count=4, relay_ids=(park.gate_relay, second))
    assert keys.use(key) == 1
    assert keys.use(key, relay=second) == 0
    assert keys.use(key, "gate") == 1  # the same relay again is another entry
    park.clock.advance(seconds=5)
    assert keys.use(key, relay=second) == 1
    assert keys.get(key).used == 3


@pytest.mark.edge("18")
@pytest.mark.feature("VIS-01")
def test_late_uses_of_an_offline_door_are_clamped_and_flagged(keys: Keys, park: Park) -> None:
    key = keys.add(each_count=1, relay_ids=(park.gate_relay,))
    keys.use(key)
    park.clock.advance(minutes=20)
    assert keys.use(key, ago=600) == 1
    record = keys.get(key)
    assert (record.used, record.total, record.over_used, record.state) == (1, 1, True, KeyState.USED_UP)
    assert keys.names("state:used_up") == ["plumber"]


@pytest.mark.edge("17")
@pytest.mark.feature("VIS-03")
def test_used_up_and_expired_differ_and_neither_can_be_edited(keys: Keys, park: Park) -> None:
    used, over = keys.add(each_count=1, relay_ids=(park.gate_relay,)), keys.add(name="cleaner")
    keys.use(used)
    with pytest.raises(Conflict, match="used up"):
        keys.edit(used, ends=TONIGHT + timedelta(days=1))
    park.clock.now = TONIGHT
    assert (keys.get(used).state, keys.get(over).state) == (KeyState.USED_UP, KeyState.EXPIRED)
    with pytest.raises(Conflict, match="expired"):
        keys.edit(over, ends=TONIGHT + timedelta(days=1))
    assert not keys.get(over).editable


@pytest.mark.edge("19")
@pytest.mark.feature("VIS-01")
def test_a_key_that_repeats_is_not_counted(keys: Keys, park: Park) -> None:
    key = keys.add(time=EVENING, each_count=5)
    assert (keys.get(key).each_count, keys.get(key).total) == (None, None)
    assert [keys.use(key), keys.use(key)] == [0, 0]
    assert keys.get(key).state is KeyState.VALID
    with pytest.raises(Invalid, match="make a new one"):
        keys.edit(key, repeat=Repeat.NEVER, ends=TONIGHT)


@pytest.mark.edge("20")
@pytest.mark.edge("24")
@pytest.mark.feature("VIS-01")
def test_hours_over_midnight_belong_to_the_day_of_their_start(keys: Keys) -> None:
    friday = KeyTime(repeat=Repeat.WEEKLY, days=frozenset({4}), start=time(22), end=time(6))
    key = keys.add(time=friday)
    assert keys.opens(key, datetime(2026, 3, 6, 21, 30, tzinfo=UTC))  # 22:30 in Berlin
    assert keys.opens(key, datetime(2026, 3, 7, 4, 30, tzinfo=UTC))  # Saturday 05:30
    assert not keys.opens(key, datetime(2026, 3, 7, 21, 30, tzinfo=UTC))
    assert not keys.opens(key, datetime(2026, 3, 6, 4, 30, tzinfo=UTC))


@pytest.mark.edge("25")
@pytest.mark.feature("VIS-01")
def test_daily_hours_are_wall_time_and_a_span_is_an_instant_when_clocks_change(keys: Keys, park: Park) -> None:
    summer = datetime(2026, 6, 1, tzinfo=UTC)
    span = keys.add(name="span", time=KeyTime(ends=summer))
    daily = keys.add(name="daily", time=KeyTime(repeat=Repeat.DAILY, start=time(8), end=time(9)))
    assert keys.opens(daily, datetime(2026, 3, 28, 7, 30, tzinfo=UTC))  # 08:30, winter time
    assert not keys.opens(daily, datetime(2026, 3, 30, 7, 30, tzinfo=UTC))  # 09:30, summer time
    assert keys.opens(daily, datetime(2026, 3, 30, 6, 30, tzinfo=UTC))
    assert keys.opens(span, summer - timedelta(seconds=1))
    assert not keys.opens(span, summer)


@pytest.mark.edge("28")
@pytest.mark.feature("VIS-01")
def test_end_equal_to_start_is_no_hours(keys: Keys) -> None:
    with pytest.raises(Invalid, match="The end is the start"):
        keys.add(time=KeyTime(repeat=Repeat.DAILY, start=time(0), end=time(0)))
    key = keys.add(time=KeyTime(repeat=Repeat.DAILY, start=time(0), end=time(23, 59)))
    assert keys.opens(key, datetime(2026, 3, 3, 22, 59, 30, tzinfo=UTC))


@pytest.mark.feature("VIS-01")
def test_a_repeating_key_may_have_dates_and_is_freed_after_them(keys: Keys, park: Park) -> None:
    key = keys.add(time=EVENING.model_copy(update={"ends": TONIGHT + timedelta(hours=1)}))
    assert keys.opens(key, TONIGHT + timedelta(minutes=30))
    assert not keys.opens(key, TONIGHT + timedelta(hours=1))
    park.clock.now = TONIGHT + timedelta(hours=1)
    keys.tick()
    assert (park.statuses(key), keys.get(key).state) == (["cooling"], KeyState.EXPIRED)


@pytest.mark.edge("21")
@pytest.mark.feature("VIS-01")
def test_digits_of_keys_that_are_over_cool_before_anybody_has_them_again(keys: Keys, park: Park) -> None:
    class Stubborn(random.Random):
        """Draws the same figure until it is told another."""

        drawn = [1234567]

        def randrange(self, *_args: Any, **_more: Any) -> int:
            return self.drawn.pop() if len(self.drawn) > 1 else self.drawn[0]

    keys.service = TempKeys(park.store, Stubborn())
    key = keys.add()
    assert keys.get(key).digits == "91234567"
    Stubborn.drawn = [7654321, 1234567]
    assert keys.get(keys.add(name="second")).digits == "97654321"
    park.clock.now = TONIGHT
    keys.tick()
    tomorrow = KeyTime(ends=TONIGHT + timedelta(days=3))
    Stubborn.drawn = [1111111, 1234567]
    assert keys.get(keys.add(name="third", time=tomorrow)).digits == "91111111"
    _prove(park)
    Stubborn.drawn = [2222222, 1234567]
    assert keys.get(keys.add(name="fourth", time=tomorrow)).digits == "91234567"


def _prove(park: Park) -> None:
    """Every door was read back without what was freed, and a day has passed."""
    agent = agent_context(park.context.community_id)
    with park.store.books(agent) as work:
        work.connection.execute(update(t.read_back).values(absent_at=work.at))
    park.clock.advance(hours=25)
    free_cooled(park.store, agent)


@pytest.mark.edge("22")
@pytest.mark.feature("VIS-02")
def test_doors_without_a_qr_reader_are_named_and_not_refused(keys: Keys, park: Park) -> None:
    told = keys.service.advise_add(park.context, keys.draft())
    assert told == {"relay_ids": "Lobby (R20A) has no QR reader: the visitor types the digits there."}
    assert keys.service.advise_add(park.context, keys.draft(relay_ids=(park.gate_relay,))) == {}
    record = keys.get(keys.add())
    assert [(door.device, door.reads_qr) for door in record.doors] == [("Gate", True), ("Lobby", False)]


@pytest.mark.edge("23")
@pytest.mark.feature("VIS-02")
def test_key_is_valid_though_its_mail_fails_and_is_mailed_again(keys: Keys, park: Park) -> None:
    Settings(park.store).edit(
        park.act,
        {"mail.host": "127.0.0.1", "mail.security": "none", "mail.port": "9", "mail.sender": "office@example.com"},
    )
    key = keys.add(email="p@example.com")
    (mail,) = keys.get(key).mails
    assert (mail.state, mail.address, mail.useful_until) == ("queued", "p@example.com", TONIGHT)
    with park.store.books(agent_context(park.context.community_id)) as work:
        failed = {"state": "failed", "answer": "552 mailbox full", "attempt": 1}
        work.connection.execute(update(t.outgoing).where(t.outgoing.c.id == mail.id).values(**failed))
    assert keys.get(key).state is KeyState.VALID
    keys.service.resend(park.act, key)
    first, second = keys.get(key).mails
    assert (first.state, first.answer.startswith("552 mailbox full")) == ("withdrawn", True)
    assert second.state == "queued"
    with pytest.raises(Conflict, match="no e-mail"):
        keys.service.resend(park.act, keys.add())
    park.clock.now = TONIGHT
    with pytest.raises(Conflict, match="expired"):
        keys.service.resend(park.act, key)


@pytest.mark.feature("VIS-03")
def test_only_the_time_changes_and_the_visitor_hears_of_it(keys: Keys, park: Park) -> None:
    key = keys.add(email="p@example.com")
    gens = park.gens()
    keys.edit(key, ends=TONIGHT + timedelta(hours=2))
    record = keys.get(key)
    assert (record.ends_at, record.version) == (TONIGHT + timedelta(hours=2), 2)
    assert keys.opens(key, TONIGHT + timedelta(hours=1))
    assert all(park.gens()[device] > gens[device] for device in (park.gate, park.lobby))
    assert [mail.state for mail in record.mails] == ["withdrawn", "waiting"]
    with pytest.raises(Stale):
        keys.service.edit(park.act, key, 1, record.time)
    with pytest.raises(Invalid, match="is over"):
        keys.edit(key, ends=park.clock.now)


@pytest.mark.feature("VIS-03")
def test_list_is_filtered_by_state_repeat_place_and_name(keys: Keys, park: Park) -> None:
    keys.add(name="Müller")
    keys.add(name="cleaner", time=EVENING, apartment_id=park.apartments["1002"])
    keys.add(name="office", apartment_id=None, time=KeyTime(begins=TONIGHT, ends=TONIGHT + timedelta(days=1)))
    used = keys.add(name="courier", each_count=1, relay_ids=(park.gate_relay,))
    keys.use(used)
    assert keys.names("") == ["cleaner", "courier", "Müller", "office"]
    assert keys.names("muller") == ["Müller"]
    assert keys.names("state:valid") == ["cleaner", "Müller"]
    assert keys.names("state:not_started") == ["office"]
    assert keys.names("state:used_up") == ["courier"]
    assert keys.names("repeat:daily") == ["cleaner"]
    assert keys.names("apt:1002") == ["cleaner"]
    assert keys.names("b:A -muller") == ["cleaner", "courier"]
    park.clock.now = TONIGHT + timedelta(minutes=1)
    assert keys.names("state:expired") == ["Müller"]
    (row,) = keys.service.list(park.context, ListQuery(sort="name", descending=False)).first(50)[1:2]
    assert (row.values["uses"], row.values["state"], row.values["apartment"]) == ("1 of 1", "used_up", "1001")


@pytest.mark.feature("VIS-03")
def test_deleted_keys_leave_every_door_and_can_come_back(keys: Keys, park: Park) -> None:
    key, other = keys.add(email="p@example.com"), keys.add(name="cleaner", time=EVENING)
    digits = keys.get(key).digits
    going = keys.service.deletion(park.context, [key, other])
    assert (going.names, going.living, going.doors) == (("cleaner", "plumber"), 2, ("Gate", "Lobby"))
    saved = keys.service.delete(park.act, [key, other])
    assert keys.names("") == []
    assert park.statuses(key) == park.statuses(other) == ["cooling"]
    assert {device for device, _ in park.unproved(key)} == {park.gate, park.lobby}
    with pytest.raises(NotFound):
        keys.get(key)
    park.take_back(saved)
    record = keys.get(key)
    assert (record.digits, record.state, record.place) == (digits, KeyState.VALID, "A 1001")
    assert [mail.state for mail in record.mails] == ["withdrawn"]
    assert keys.opens(key, park.clock.now)
    assert park.unproved(key) == set()


@pytest.mark.feature("VIS-03")
def test_more_than_twenty_want_their_count(keys: Keys, park: Park) -> None:
    ids = [keys.add(name=f"key {number}") for number in range(21)]
    with pytest.raises(Invalid, match="Type 21"):
        keys.service.delete(park.act, ids)
    keys.service.delete(park.act, ids, expected=21)
    assert keys.names("") == []


@pytest.mark.feature("VIS-01")
def test_adding_and_editing_are_taken_back(keys: Keys, park: Park) -> None:
    added = keys.service.add(park.act, keys.draft())
    record = keys.get(added.id)
    changed = keys.service.edit(
        park.act, added.id, record.version, record.time.model_copy(update={"ends": TONIGHT + timedelta(days=1)})
    )
    park.take_back(changed)
    assert keys.get(added.id).ends_at == TONIGHT
    repeat = keys.service.add(park.act, keys.draft(time=EVENING))
    back = park.take_back(repeat)
    assert keys.names("") == ["plumber"]
    assert park.statuses(repeat.id) == ["cooling"]
    park.take_back(back)
    assert keys.names("") == ["plumber", "plumber"]
    assert keys.get(repeat.id).time.start == time(22)


@pytest.mark.feature("VIS-04")
def test_id_access_of_a_visitor_is_nobody_elses(keys: Keys, park: Park) -> None:
    with pytest.raises(Invalid, match="has no ID access"):
        keys.add(run="12345678-5", serial="A1B2C3D4E")
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        work.update(t.community, park.context.community_id, id_access=True)
    key = keys.add(run="12345678-5", serial="A1B2C3D4E")
    assert keys.get(key).run == "··-5"
    assert park.statuses(key) == ["active", "active"]
    told = keys.service.advise_add(park.context, keys.draft(run="12345678-5"))
    assert told["run"] == "ID access stays here: no door of this key takes it from the site."
    with pytest.raises(Conflict, match="belongs to plumber"):
        keys.add(name="second", run="12345678-5", serial="A1B2C3D4F")
    park.clock.now = TONIGHT
    keys.tick()
    assert park.statuses(key) == ["cooling", "cooling"]


@pytest.mark.feature("SET-04")
def test_visitor_setting_is_kept_by_the_service(keys: Keys, park: Park, manager_context: ManagerContext) -> None:
    keys.set(longest="1", id_number="yes", email="yes", repeats="no")
    with pytest.raises(Invalid) as caught:
        keys.add(time=KeyTime(ends=park.clock.now + timedelta(days=2)))
    assert set(caught.value.fields) == {"id_number", "email", "until"}
    with pytest.raises(Invalid, match="switched off"):
        keys.add(time=EVENING, id_number="1", email="p@example.com")
    keys.add(id_number="1", email="p@example.com")
    manager = manager_context(Role.MANAGER, community_id=park.context.community_id)
    Settings(park.store).edit(manager, {"visitor.longest": "0"})
    with pytest.raises(Forbidden):
        Settings(park.store).edit(manager.again(), {"visitor.longest": "0", "lock.minutes": "5"})


@pytest.mark.feature("VIS-01")
def test_doors_are_as_last_time_but_never_wider_than_the_building(keys: Keys, park: Park) -> None:
    usual = keys.service.defaults(park.context, park.apartments["1001"])
    assert (usual.relay_ids, usual.sources) == ((park.gate_relay, park.lobby_relay), {"relay_ids": "default of A"})
    keys.add(relay_ids=(park.lobby_relay,))
    again = keys.service.defaults(park.context, park.apartments["1001"])
    assert (again.relay_ids, again.sources) == ((park.lobby_relay,), {"relay_ids": "as last time"})
    assert keys.service.defaults(park.context, None).relay_ids == ()


@pytest.mark.feature("VIS-01")
def test_digits_and_logs_are_shown_to_those_who_may_only(
    keys: Keys, park: Park, manager_context: ManagerContext
) -> None:
    key = keys.add()
    keys.use(key)
    community = park.context.community_id
    viewer = manager_context(Role.VIEWER, community_id=community)
    assert (keys.get(key, viewer).digits, keys.get(key, viewer).masked[:2]) == ("", "··")
    record = keys.get(key)
    assert record.logs is not None
    assert (len(record.logs), record.last_used) == (1, record.logs[0])
    closed = manager_context(Role.MANAGER, community_id=community, log_access=False)
    assert (keys.get(key, closed).logs, keys.get(key, closed).last_used) == (None, None)


@pytest.mark.feature("SYNC-02")
def test_plan_says_what_doors_receive_when_the_key_begins(keys: Keys, park: Park) -> None:
    later = KeyTime(begins=TONIGHT + timedelta(days=9), ends=TONIGHT + timedelta(days=10))
    plans = keys.service.plan_add(park.context, keys.draft(time=later, relay_ids=(park.gate_relay,)))
    assert [(door.device_name, [line.what for line in door.adds]) for door in plans] == [("Gate", ["PIN"])]
    key = keys.add()
    over = keys.service.plan_edit(park.context, key, KeyTime(begins=TONIGHT, ends=TONIGHT + timedelta(days=2)))
    assert all(door.changes or door.removes for door in over)
    assert {door.device_name for door in over} == {"Gate", "Lobby"}


@pytest.mark.feature("VIS-03")
def test_search_finds_keys_by_name(keys: Keys, park: Park) -> None:
    key = keys.add()
    hits = park.search.find(park.context, "plumb")
    assert [(hit.record, hit.id, hit.title, hit.detail) for hit in hits] == [
        ("temp-key", key, "plumber", "temporary key, A 1001")
    ]
    digits = keys.get(key).digits
    (hit,) = park.search.find(park.act, f"pin:{digits}")
    assert (hit.record, hit.id) == ("temp-key", key)


@pytest.mark.edge("26")
@pytest.mark.feature("VIS-01")
def test_another_time_zone_moves_the_hours_and_not_the_span(keys: Keys, park: Park) -> None:
    daily = keys.add(name="daily", time=KeyTime(repeat=Repeat.DAILY, start=time(8), end=time(9)))
    span = keys.add(name="span")
    gens = park.gens()
    communities = Communities(park.store)
    communities.edit(park.act, communities.get(park.context).version, timezone="America/New_York")
    assert keys.opens(daily, datetime(2026, 3, 3, 13, 30, tzinfo=UTC))  # 08:30 in New York
    assert not keys.opens(daily, datetime(2026, 3, 3, 7, 30, tzinfo=UTC))
    assert keys.get(span).ends_at == TONIGHT
    assert all(park.gens()[device] > gens[device] for device in (park.gate, park.lobby))


@pytest.mark.edge("36")
@pytest.mark.feature("VIS-03")
@pytest.mark.feature("RES-16")
def test_keys_go_with_a_family_that_moves_out_and_come_back_with_it(keys: Keys, park: Park) -> None:
    park.add(pin="2041")
    key = keys.add(email="p@example.com")
    draft = MoveDraft(apartment_id=park.apartments["1001"], incoming=ResidentDraft(first="Ewa", last="Nowak"))
    moved = Moves(park.store).move(park.act, draft, "1001")
    assert keys.names("") == []
    assert park.statuses(key) == ["cooling"]
    assert {row["state"] for row in park.rows(t.outgoing)} == {"withdrawn"}
    park.take_back(moved)
    assert len(keys.names("")) == 1
    assert park.statuses(key) == ["active"]


@pytest.mark.edge("36")
@pytest.mark.feature("VIS-03")
def test_keys_go_with_a_reset_and_keep_an_apartment_from_being_deleted(keys: Keys, park: Park) -> None:
    key = keys.add(email="p@example.com")
    apartments, home = Apartments(park.store), park.apartments["1001"]
    with pytest.raises(Conflict, match="still has temporary keys"):
        apartments.delete(park.act, home)
    apartments.reset(park.act, home, "1001")
    assert keys.names("") == []
    assert park.statuses(key) == ["cooling"]
    assert {row["state"] for row in park.rows(t.outgoing)} == {"withdrawn"}
    apartments.delete(park.act, home)


@pytest.mark.feature("VIS-03")
def test_a_deletion_that_broke_off_goes_on_and_comes_back_whole(
    keys: Keys, park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [keys.add(name=f"key {number}") for number in range(3)]
    monkeypatch.setattr(slices, "LOCK_FOR", 0.0)
    monkeypatch.setattr(temp_key_deletion, "AT_ONCE", 1)
    context = park.act
    park.store.after_commit.append(killed)
    with pytest.raises(KeyboardInterrupt):
        keys.service.delete(context, ids)
    assert keys.names("") == ["key 1", "key 2"]
    park.store.after_commit.remove(killed)
    saved = keys.service.delete(context, ids)
    assert keys.names("") == []
    park.take_back(saved)
    assert keys.names("") == ["key 0", "key 1", "key 2"]
    assert keys.service.delete(context, ids).operation == saved.operation
    assert keys.names("") == ["key 0", "key 1", "key 2"]


@pytest.mark.feature("VIS-01")
def test_the_same_request_makes_and_mails_one_key(keys: Keys, park: Park) -> None:
    context, draft = park.act, keys.draft(email="p@example.com")
    first, again = keys.service.add(context, draft), keys.service.add(context, draft)
    assert (first.id, first.operation) == (again.id, again.operation)
    assert keys.names("") == ["plumber"]
    assert len(keys.get(first.id).mails) == 1


@pytest.mark.feature("VIS-01")
def test_a_used_up_key_that_was_deleted_comes_back_used_up(keys: Keys, park: Park) -> None:
    key = keys.add(each_count=1, relay_ids=(park.gate_relay,))
    saved = keys.service.delete(park.act, [key])
    keys.use(key)  # the door was offline when it was deleted, and tells late
    park.take_back(saved)
    keys.tick()
    assert (keys.get(key).state, park.statuses(key)) == (KeyState.USED_UP, ["cooling"])
    assert not keys.opens(key, park.clock.now)
