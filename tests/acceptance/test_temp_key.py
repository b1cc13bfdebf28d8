"""A temporary key from its mail to the proof: shown to doors, used up, gone from every one (VIS-01, VIS-02)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.domain.enums import OutgoingKind
from backend.domain.temp_key_times import KeyTime
from backend.domain.temp_keys import KeyState, TempKeyDraft
from backend.intake.door_log import DoorLogIntake
from backend.outbox.sending import Sending
from backend.services.settings import Settings
from backend.services.temp_keys import TempKeys
from backend.store import tables as t
from backend.store.site import Site
from backend.store.store import Store
from tests.agent.running import served
from tests.support.clock import FakeClock
from tests.support.post_office import PostOffice, mail_server
from tests.support.qr_reading import read_png
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world, until

pytestmark = [pytest.mark.feature("VIS-01"), pytest.mark.feature("VIS-02")]


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gate that reads QR codes and a gym that does not."""
    async with small_world(store, manager_context, {"Gate": "X916", "Gym": "R20A"}) as made:
        yield made


def use_office(world: World, office: PostOffice) -> None:
    Settings(world.store).edit(
        world.context.again(),
        {
            "mail.host": "127.0.0.1",
            "mail.port": str(office.port),
            "mail.security": "none",
            "mail.sender": "office@rosewood.example",
        },
    )


def plumber(world: World, clock: FakeClock) -> TempKeyDraft:
    """Once per door, tonight, by mail."""
    return TempKeyDraft(
        name="plumber",
        apartment_id=world.apartment_ids["1001"],
        email="p@example.com",
        time=KeyTime(ends=clock.now + timedelta(hours=12)),
        each_count=1,
        relay_ids=(world.relay("Gate"), world.relay("Gym")),
    )


async def take_logs(world: World, name: str) -> None:
    """The agent reads what a door has logged."""
    client, _ = world.client(name)
    intake, device_id = DoorLogIntake(world.store, world.agent), world.device_ids[name]
    intake.take(device_id, await client.door_log_since(intake.last_id(device_id)))


@pytest.mark.edge("18")
async def test_a_key_lives_from_its_mail_to_the_proof(world: World, clock: FakeClock) -> None:
    keys = TempKeys(world.store)
    with mail_server() as office:
        use_office(world, office)
        key = keys.add(world.context.again(), plumber(world, clock)).id
        await Sending(world.store, world.agent).send_due(OutgoingKind.MAIL)
    (mail,) = office.mails
    assert office.receivers == ["p@example.com"]
    assert [one.state for one in keys.get(world.context, key).mails] == ["sent"]
    (picture,) = mail.iter_attachments()
    digits = read_png(picture.get_payload(decode=True))
    text = mail.get_body(("plain",)).get_content()
    assert f"{digits[:4]} {digits[4:]}" in text
    assert "Gym door 1   (type the digits here)" in text
    for name in ("Gate", "Gym"):
        await world.reconciler(name).run()
        assert world.door(name).press_pin("90000001").refused
    assert not world.door("Gate").press_pin(digits).refused
    await take_logs(world, "Gate")
    assert (keys.get(world.context, key).used, keys.get(world.context, key).state) == (1, KeyState.VALID)
    clock.advance(minutes=5)
    assert not world.door("Gate").press_pin(digits).refused
    await take_logs(world, "Gate")
    assert (keys.get(world.context, key).used, keys.get(world.context, key).state) == (2, KeyState.USED_UP)
    assert [line.absent_at for line in world.sync.revoked(world.context, key)] == [None, None]
    assert not world.door("Gym").press_pin(digits).refused  # the gym has not heard of it yet: one use too many
    await take_logs(world, "Gym")
    record = keys.get(world.context, key)
    assert (record.used, record.total, record.over_used) == (2, 2, True)
    for name in ("Gate", "Gym"):
        await world.reconciler(name).run()
        assert world.door(name).press_pin(digits).refused
    lines = world.sync.revoked(world.context, key)
    assert {line.device for line in lines} == {"Gate", "Gym"}
    assert all(line.absent_at is not None for line in lines)


async def test_a_running_agent_ends_a_key_that_is_used_up(world: World, site: Site, clock: FakeClock) -> None:
    keys = TempKeys(world.store)
    key = keys.add(world.context.again(), plumber(world, clock)).id
    digits = keys.get(world.context, key).digits
    async with served(world, site):
        await until(lambda: not world.door("Gym").press_pin(digits).refused, 20)
        clock.advance(minutes=1)
        await until(lambda: not world.door("Gate").press_pin(digits).refused, 20)
        await until(lambda: keys.get(world.context, key).state is KeyState.USED_UP, 20)
        await until(lambda: world.door("Gym").press_pin(digits).refused, 20)
        await until(lambda: all(line.absent_at for line in world.sync.revoked(world.context, key)), 20)
    with world.store.read() as connection:
        statuses = connection.execute(select(t.credential.c.status).where(t.credential.c.holder_id == key)).scalars()
        assert list(statuses) == ["cooling"]


@pytest.mark.edge("21")
async def test_a_key_that_is_over_is_off_the_doors_and_its_digits_cool(world: World, clock: FakeClock) -> None:
    keys = TempKeys(world.store)
    key = keys.add(world.context.again(), plumber(world, clock)).id
    digits = keys.get(world.context, key).digits
    await world.reconciler("Gym").run()
    assert not world.door("Gym").press_pin(digits).refused
    clock.advance(hours=12)
    await world.reconciler("Gym").run()
    assert world.door("Gym").press_pin(digits).refused
    assert keys.get(world.context, key).state is KeyState.EXPIRED
