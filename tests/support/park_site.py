"""A small, always equal community for tests of screens: two buildings, five people, three doors, some log lines."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, update

from backend.domain.account_drafts import ManagerDraft
from backend.domain.context import Context
from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import DeviceKind, LogAction, LogResponse, LogType, Role, Via
from backend.domain.names import fold
from backend.domain.residents import ResidentDraft
from backend.engine import Engine
from backend.store import tables as t
from backend.store.opening import open_site
from tests.support.clock import FakeClock

EMAIL = "ines@rosewood.example"
PASSWORD = "correct horse battery"
ACCOUNTS = {
    Role.INSTALLER: (1, "Ines Moreau"),
    Role.MANAGER: (2, "Marco Rossi"),
    Role.TECHNICIAN: (3, "Tomas Novak"),
    Role.VIEWER: (4, "Vera Osei"),
}
"""Number and name of the account of each role."""


def make_park(root: Path, clock: FakeClock) -> None:
    """Make the site in `root`; its engine is closed again."""
    engine = Engine.create(
        root,
        community="Rosewood Court",
        timezone="Europe/Warsaw",
        country="PL",
        admin_email=EMAIL,
        admin_name="Ines Moreau",
        password=PASSWORD,
        key_file=True,
        clock=clock,
    )
    try:
        context, _ = engine.sign_in.login(EMAIL, PASSWORD, Via.APP, agree=True)
        for role, (number, name) in ACCOUNTS.items():
            if role is not Role.INSTALLER:
                draft = ManagerDraft(email=f"{role.value}@rosewood.example", name=name, role=role, password=PASSWORD)
                assert engine.managers.add(context.again(), draft).id == number
        assert context.actor_id == ACCOUNTS[Role.INSTALLER][0]
        _fill(engine, context)
    finally:
        engine.close()
    _add_books(root, clock)


def open_park(root: Path, clock: FakeClock) -> tuple[Engine, Context]:
    """The started engine of a copy of the park, and its installer, who is spared the password."""
    engine = Engine(root, clock=clock)
    engine.start()
    return engine, context_of(Role.INSTALLER)


def context_of(role: Role) -> Context:
    """Who has logged in with this role."""
    number, name = ACCOUNTS[role]
    return Context(number, name, 1, Via.APP)


def _fill(engine: Engine, context: Context) -> None:
    buildings = {name: engine.buildings.add(context.again(), name).id for name in ("A", "B")}
    flats = {
        (building, number): engine.apartments.add(context.again(), buildings[building], number).id
        for building, number in (("A", "1001"), ("A", "1002"), ("A", "1203"), ("B", "1001"))
    }
    for number, (name, building, relay) in enumerate(
        (("Main Gate", None, "Main Gate"), ("Lobby A", "A", "A Lobby"), ("Gym", "B", "Gym")), 1
    ):
        engine.devices.add(
            context.again(),
            DeviceDraft(
                name=name,
                building_id=buildings[building] if building else None,
                kind=DeviceKind.MULTI_DOOR_PHONE,
                model="E18C",
                mac=f"0C110500000{number}",
                firmware="18.30.11.21",
                profile="E18C",
                scheme="http",
                host=f"127.0.0.{number}",
                port=8000 + number,
                auth="none",
                relay_names=(relay,),
            ),
        )
    people = (
        (("A", "1001"), "Anna", "Kowalska", "2741", "0A3C7F20"),
        (("A", "1001"), "Piotr", "Kowalski", "3852", "1B0094A2"),
        (("A", "1002"), "Chidi", "Abara", "61234", ""),
        (("B", "1001"), "Mia", "Anderson", "70707", "9F8E7D6C"),
        (("B", "1001"), "[/ x]", "Markup", "", ""),
    )
    for flat, first, last, pin, card in people:
        draft = ResidentDraft(
            apartment_id=flats[flat],
            first=first,
            last=last,
            email=f"{fold(last)}.{flat[0].lower()}{flat[1]}@mail.example",
            pin=pin,
            cards=(card,) if card else (),
        )
        engine.residents.add(context.again(), draft)


def _add_books(root: Path, clock: FakeClock) -> None:
    """What an agent would have written: devices seen, doors in sync but the gym, a few log lines."""
    store = open_site(root, clock=clock)
    with store.books(Context(None, "agent", 1, Via.AGENT)) as work:
        work.connection.execute(
            insert(t.agent).values(
                host="park", pid=1, instance="park", started_at=clock(), heartbeat_at=clock(), base_url="", service=True
            )
        )
        d, s, gone = t.device_state, t.device_sync, clock() - timedelta(hours=2)
        work.connection.execute(update(d).values(status="online", last_seen_at=clock(), relays_read_at=clock()))
        work.connection.execute(
            update(d).where(d.c.id == 3).values(status="offline", offline_since=gone, last_seen_at=gone)
        )
        work.connection.execute(
            update(s).where(s.c.id != 3).values(done_gen=s.c.gen, since=None, read_back_at=clock(), users_held=4)
        )
        lines = (
            (90, "Kowalska, Anna", "A 1001", LogAction.PIN, "··41", LogResponse.SUCCESS, "Main Gate", 1, 1),
            (61, "Visitor", "", LogAction.PIN, "··11", LogResponse.FAILED, "Main Gate", 1, None),
            (30, "Anderson, Mia", "B 1001", LogAction.CARD, "··6C", LogResponse.SUCCESS, "Gym", 3, 4),
            (2, "Kowalski, Piotr", "A 1001", LogAction.CARD, "··A2", LogResponse.SUCCESS, "A Lobby", 2, 2),
        )
        for number, (minutes, who, flat, action, key, response, door, device, holder) in enumerate(lines, 1):
            work.connection.execute(
                insert(t.door_log).values(
                    community_id=1,
                    device_id=device,
                    relay_id=device,
                    holder_id=holder,
                    happened_at=clock() - timedelta(minutes=minutes),
                    received_at=clock() - timedelta(minutes=minutes),
                    building="",
                    device=door,
                    door=door,
                    initiated_by=who,
                    initiated_fold=fold(who),
                    apartment=flat,
                    type=LogType.RELEASE,
                    action=action,
                    key=key,
                    response=response,
                    remote_key=str(number),
                )
            )
    store.close()
