"""A difference goes to a device in the right order, and whatever happens on the way the books tell the truth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from backend.devices.errors import BadAnswer, ConnectFailed, ConnectionLost, DeviceError
from backend.domain.access.results import ALWAYS, DoorUser, Loss
from backend.domain.enums import HeldKind
from backend.store import tables as t
from backend.store.store import Store
from backend.sync import shadow
from backend.sync.difference import Difference, HeldSchedule, HeldUser
from backend.sync.readback import NotKept
from backend.sync.sending import Sender
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world, until
from tests.sync.makers import DAY, NIGHT, schedule, user


@pytest.fixture
async def gate(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """One E18C with two doors."""
    async with small_world(store, manager_context, {"Gate": "E18C"}, relays=2) as made:
        yield made


class Post:
    """A sender to the gate and what it left behind."""

    def __init__(self, world: World, bulk: int = 5) -> None:
        self.world = world
        client, profile = world.client("Gate")
        self.sender = Sender(
            world.store, world.agent, world.device_ids["Gate"], client=client, profile=replace(profile, bulk=bulk)
        )

    async def send(self, **parts: Any) -> bool:
        """Send a difference, on the schedules that are believed to be there."""
        return await self.sender.send(Difference(**parts), self.shadow.schedules)

    @property
    def shadow(self) -> shadow.Shadow:
        """What the books say."""
        with self.world.store.read() as connection:
            return shadow.load_shadow(connection, self.world.device_ids["Gate"])

    @property
    def there(self) -> dict[str, str]:
        """User id -> PIN of what the device holds."""
        return {one["UserID"]: one["PrivatePIN"] for one in self.world.door("Gate").users}

    def held(self, key: str) -> HeldUser:
        """A user as the books have it."""
        return self.shadow.users[key]

    def doubted(self) -> set[str]:
        """The users in doubt."""
        return {key for key, one in self.shadow.users.items() if one.unknown}


def people(*numbers: int, **changes: Any) -> tuple[DoorUser, ...]:
    """Records SP1-1, SP2-1, ... with PINs of their own."""
    return tuple(replace(user(f"SP{n}-1", name=f"P{n}", pin=f"{1000 + n}"), **changes) for n in numbers)


@pytest.mark.feature("SYNC-01")
async def test_users_are_added_in_bulk_and_noted(gate: World) -> None:
    post = Post(gate)
    assert await post.send(add=people(1, 2, 3, 4, 5, 6, 7))
    assert post.there == {f"SP{n}-1": f"{1000 + n}" for n in range(1, 8)}
    assert gate.order("Gate") == ["user/add", "user/add"]
    assert sorted(post.shadow.users) == sorted(post.there)
    assert not post.doubted()
    assert post.sender.spoke
    assert post.sender.aside.losses == []


async def test_nothing_to_send_asks_nothing_of_the_device(gate: World) -> None:
    post = Post(gate)
    assert await post.send()
    assert not post.sender.spoke
    assert len(gate.virtual.running["Gate"].app.seen) == 0


@pytest.mark.feature("SYNC-01")
async def test_removals_then_schedules_then_changes_then_adds_then_schedules_no_longer_used(gate: World) -> None:
    post = Post(gate)
    one, two, three = people(1, 2, 3)
    await post.send(
        schedules_add=(schedule(NIGHT, "22:00", "23:59"),), add=(one, replace(two, grants=((NIGHT, (2,)),)))
    )
    gate.virtual.running["Gate"].app.seen.clear()
    at_day = ((DAY, (1,)), (ALWAYS, (2,)))
    assert await post.send(
        remove=(post.held("SP1-1"),),
        schedules_add=(schedule(),),
        change=((post.held("SP2-1"), replace(two, grants=at_day)),),
        add=(replace(three, grants=at_day),),
        schedules_remove=(NIGHT,),
    )
    assert gate.order("Gate") == ["user/del", "schedule/add", "user/set", "user/add", "schedule/del"]
    assert set(post.there) == {"SP2-1", "SP3-1"}
    (kept,) = [one for one in gate.door("Gate").schedules if one["Name"].startswith("SP-")]
    assert (kept["Name"], kept["TimeStart"], kept["TimeEnd"]) == (DAY, "08:00", "17:59")
    for one in gate.door("Gate").users:
        assert sorted(gate.door("Gate").users.grants_of(one)) == [("1001", (2,)), (kept["ID"], (1,))]
    assert post.shadow.schedules == {DAY: HeldSchedule(kept["ID"], kept["DisplayID"])}


@pytest.mark.feature("SYNC-03")
async def test_a_removed_user_stays_in_doubt_until_the_device_is_read(gate: World) -> None:
    post = Post(gate)
    await post.send(add=people(1, 2))
    assert await post.send(remove=(post.held("SP1-1"),))
    assert set(post.there) == {"SP2-1"}
    assert post.doubted() == {"SP1-1"}


async def test_who_is_to_go_and_is_not_there_needs_no_request(gate: World) -> None:
    post = Post(gate)
    await post.send(add=people(1))
    held = post.held("SP1-1")
    gate.door("Gate").users.clear()
    gate.virtual.running["Gate"].app.seen.clear()
    assert await post.send(remove=(held,))
    assert gate.order("Gate") == []


async def test_record_ids_are_asked_for_once_where_adding_did_not_tell_them(gate: World) -> None:
    post = Post(gate)
    await post.send(add=people(1, 2, 3))
    assert {one.remote_id for one in post.shadow.users.values()} == {""}
    gate.virtual.running["Gate"].app.seen.clear()
    await post.send(remove=(post.held("SP1-1"), post.held("SP2-1")))
    assert gate.asked("Gate", "user/get") == 1
    known = replace(post.held("SP3-1"), remote_id="3")
    gate.virtual.running["Gate"].app.seen.clear()
    await post.send(remove=(known,))
    assert gate.asked("Gate", "user/get") == 0
    assert post.there == {}


async def test_a_change_keeps_what_else_the_record_has(gate: World) -> None:
    post = Post(gate)
    await post.send(add=people(1))
    (record,) = gate.door("Gate").users
    gate.door("Gate").users.set({**record, "PhoneNum": "4711"})
    await post.send(change=((post.held("SP1-1"), people(1, pin="5566")[0]),))
    (record,) = gate.door("Gate").users
    assert (record["PrivatePIN"], record["PhoneNum"]) == ("5566", "4711")
    assert post.held("SP1-1").remote_id == record["ID"]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "reboot"])
async def test_when_the_connection_breaks_those_on_the_way_are_in_doubt(gate: World, fault: str) -> None:
    post = Post(gate, bulk=2)
    gate.spoil("Gate", **{fault: 1})
    with pytest.raises(ConnectionLost):
        await post.send(add=people(1, 2, 3))
    assert post.doubted() == {"SP1-1", "SP2-1"}
    assert set(post.shadow.users) == {"SP1-1", "SP2-1"}
    assert set(post.there) == ({"SP1-1", "SP2-1"} if fault == "drop_after" else set())


async def test_a_request_that_never_left_leaves_no_doubt(gate: World) -> None:
    post = Post(gate)
    await post.send(add=people(1))
    known = replace(post.held("SP1-1"), remote_id="1")
    gate.power_off("Gate")
    before = gate.rows(t.held)
    for parts in ({"add": people(2)}, {"remove": (known,)}):
        with pytest.raises(ConnectFailed):
            await post.send(**parts)
        assert gate.rows(t.held) == before
    assert not post.sender.spoke


async def test_doubt_is_noted_before_the_request_leaves(gate: World) -> None:
    """Whatever ends the agent while a request is under way, the next one knows what to read back."""
    post = Post(gate)
    gate.spoil("Gate", slow=30.0)
    sending = asyncio.ensure_future(post.send(add=people(1)))
    try:
        await until(lambda: bool(gate.virtual.running["Gate"].app.seen))
        assert post.doubted() == {"SP1-1"}
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    assert post.doubted() == {"SP1-1"}


async def test_a_record_that_the_device_refuses_is_set_aside_and_the_rest_goes_on(gate: World) -> None:
    post = Post(gate)
    await post.send(add=people(1, 2))

    first = next(iter(gate.door("Gate").users))
    gate.door("Gate").users.set({**first, "UserID": "taken"})
    gate.door("Gate").users.add({**first, "UserID": "SP3-1", "PrivatePIN": ""})
    assert await post.send(add=people(3, 4))
    assert post.sender.aside.keys == {"SP3-1"}
    (loss,) = post.sender.aside.losses
    assert (loss.holder_id, loss.code) == (3, "refused")
    assert loss.text.startswith("P3: the device said ")
    assert post.there["SP4-1"] == "1004"
    assert set(post.shadow.users) == {"SP1-1", "SP2-1", "SP4-1"}
    assert not post.doubted()


async def test_a_change_that_is_refused_leaves_the_belief_as_it_was(gate: World) -> None:
    post = Post(gate)
    await post.send(add=people(1, 2))
    before = post.held("SP1-1")
    record = next(one for one in gate.door("Gate").users if one["UserID"] == "SP2-1")
    gate.door("Gate").users.set({**record, "UserID": "X"})
    first = next(one for one in gate.door("Gate").users if one["UserID"] == "SP1-1")
    clash = replace(people(2, pin="7777")[0], key="SP1-1")
    held = replace(before, remote_id=record["ID"])
    assert await post.send(change=((held, clash),))
    assert post.sender.aside.keys == {"SP1-1"}
    assert post.held("SP1-1") == before
    assert post.there["SP1-1"] == first["PrivatePIN"]


async def test_each_sending_begins_with_nothing_set_aside(gate: World) -> None:
    post = Post(gate)
    await post.send(add=people(1))
    await post.send(add=people(1))
    assert post.sender.aside.keys == {"SP1-1"}
    assert await post.send()
    assert (post.sender.aside.keys, post.sender.aside.losses) == (set(), [])


async def test_what_no_device_would_take_is_not_sent_and_what_stands_in_its_place_goes(gate: World) -> None:
    post = Post(gate)
    await post.send(add=people(1, 2))
    wide = ((ALWAYS, (3,)),)
    bad_change, bad_add = people(1, 4, grants=wide)
    assert await post.send(
        change=((post.held("SP1-1"), bad_change), (post.held("SP2-1"), people(2, pin="2222")[0])),
        add=(bad_add, *people(3)),
    )
    assert post.there == {"SP2-1": "2222", "SP3-1": "1003"}
    assert post.sender.aside.losses == [
        Loss(1, "refused", "P1: The device has the relays 1 to 2."),
        Loss(4, "refused", "P4: The device has the relays 1 to 2."),
    ]
    assert gate.order("Gate")[-3:] == ["user/del", "user/set", "user/add"]


async def test_a_full_device_takes_what_it_can(store: Store, manager_context: ManagerContext) -> None:
    async with small_world(store, manager_context, {"Gate": "E18C"}, max_users=3) as world:
        post = Post(world, bulk=2)
        assert await post.send(add=people(1, 2, 3, 4, 5))
        assert set(post.there) == {"SP1-1", "SP2-1", "SP3-1"}
        assert post.sender.aside.keys == {"SP4-1", "SP5-1"}
        assert set(post.shadow.users) == set(post.there)


@pytest.fixture
def terse(gate: World) -> World:
    """A gate that refuses a whole request without saying which record was wrong."""
    api = gate.virtual.running["Gate"].app._api
    said = api._outcome

    def outcome(call: Any, results: list[Any]) -> dict[str, Any]:
        answer = said(call, results)
        if any(results):
            answer |= {"retcode": -1, "message": "Failed", "data": {}}
        return answer

    api._outcome = outcome  # type: ignore[method-assign]
    return gate


async def test_after_an_answer_that_does_not_say_who_was_refused_records_go_one_by_one(terse: World) -> None:
    post = Post(terse)
    await post.send(add=people(9))
    terse.virtual.running["Gate"].app.seen.clear()
    assert not await post.send(add=people(1, 9, 2))
    assert post.doubted() == {"SP1-1", "SP2-1", "SP9-1"}
    assert post.sender.aside.keys == set()
    assert await post.send(add=people(3, 9, 4))
    assert terse.order("Gate") == ["user/add"] * 4
    assert post.sender.aside.keys == {"SP9-1"}
    assert await post.send(add=people(5, 6))
    assert terse.order("Gate") == ["user/add"] * 5, "a whole difference went well: in bulk again"


async def test_a_record_that_is_gone_from_the_device_is_in_doubt_not_refused(gate: World) -> None:
    post = Post(gate)
    await post.send(add=people(1))
    held = replace(post.held("SP1-1"), remote_id="99")
    assert not await post.send(change=((held, people(1, pin="5566")[0]),))
    assert post.doubted() == {"SP1-1"}
    assert post.sender.aside.keys == set()


async def test_a_schedule_that_was_not_kept_stops_before_anybody_is_bound_to_it(gate: World) -> None:
    post = Post(gate)
    gate.spoil("Gate", ignore_writes=True)
    with pytest.raises(NotKept) as caught:
        await post.send(schedules_add=(schedule(), schedule(NIGHT)), add=people(1, grants=((DAY, (1,)),)))
    assert str(caught.value) == "The device did not keep 2 of 2 schedules."
    assert gate.order("Gate") == ["schedule/add"]
    assert post.shadow == shadow.Shadow(doubted={DAY, NIGHT})
    assert post.sender.spoke


async def test_a_schedule_is_forgotten_before_it_is_deleted(gate: World) -> None:
    """Else a user could be bound to a schedule that is not there any more, or is another one by now."""
    post = Post(gate)
    await post.send(schedules_add=(schedule(),))
    gate.spoil("Gate", drop_before=1)
    with pytest.raises(DeviceError):
        await post.send(schedules_remove=(DAY,))
    assert post.shadow.schedules == {}
    assert any(one["Name"] == DAY for one in gate.door("Gate").schedules)
    rows = gate.rows(t.held, t.held.c.kind == HeldKind.SCHEDULE)
    assert [row.key for row in rows] == [DAY]


async def test_nonsense_after_a_write_leaves_doubt(gate: World) -> None:
    post = Post(gate)
    api = gate.virtual.running["Gate"].app._api
    api._done = lambda call: {"retcode": 0, "data": {"item": "?"}} | {"x": [[[[[[[[[[1]]]]]]]]]]}  # type: ignore[method-assign]
    with pytest.raises(BadAnswer):
        await post.send(add=people(1))
    assert post.doubted() == {"SP1-1"}
