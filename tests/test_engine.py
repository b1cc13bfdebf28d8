"""The engine: made, opened, listened to, and cheap to import."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.domain.account_drafts import ManagerDraft
from backend.domain.context import Context
from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import Role, Via
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.domain.paging import ListQuery
from backend.engine import Engine
from backend.store.poke import PokeListener
from backend.store.site import Site
from tests.support.clock import START, FakeClock

PASSWORD = "seven quiet doors"
FIRST: dict[str, Any] = {
    "community": "Rosewood Court",
    "timezone": "Europe/Berlin",
    "admin_email": "ines@example.com",
    "admin_name": "Ines",
    "password": PASSWORD,
    "country": "DE",
}
DEVICE = DeviceDraft(
    name="Gate", model="X916", mac="0C1105AA0001", firmware="1", profile="X916", scheme="http", host="192.0.2.1",
    port=80, auth="none",
)  # fmt: skip


@pytest.fixture
def clock() -> FakeClock:
    """Monday 2026-03-02, 10:00 in Berlin."""
    return FakeClock()


@pytest.fixture(scope="module")
def made_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site just made, to be copied."""
    root = tmp_path_factory.mktemp("made") / "site"
    Engine.create(root, **FIRST, key_file=True, clock=FakeClock()).close()
    return root


@pytest.fixture
def engine(made_site: Path, tmp_path: Path, clock: FakeClock) -> Iterator[Engine]:
    """The started engine of a site just made."""
    opened = Engine(Path(shutil.copytree(made_site, tmp_path / "site")), clock=clock)
    opened.start()
    yield opened
    opened.close()


def installer() -> Context:
    """The first account of the site."""
    return Context(1, "Ines", 1, Via.APP)


def fresh(code: str) -> Any:
    """What a fresh interpreter prints as JSON."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60)
    return json.loads(done.stdout)


@pytest.mark.feature("ACC-02")
def test_a_new_site_has_its_community_and_an_installer_who_can_sign_in(engine: Engine) -> None:
    context, record = engine.sign_in.login("INES@example.com", PASSWORD, Via.COMMAND, agree=True)
    assert (record.role, record.name) == (Role.INSTALLER, "Ines")
    community = engine.communities.get(context)
    assert (community.name, community.timezone, community.country) == ("Rosewood Court", "Europe/Berlin", "DE")
    (login, agreed, made) = engine.list("operation", context).first(5)
    assert login.values["action"] == "Signed in"
    assert agreed.values["action"] == "Agreed to Privacy Policy 1 and Terms of Service 1"
    assert (made.values["type"], made.values["entity_name"]) == ("community.add", "Rosewood Court")
    assert made.values["undoable"] is False
    assert PASSWORD not in str(engine.operations.fields(context, made.id))


def test_the_site_is_private_and_opens_again(engine: Engine, clock: FakeClock) -> None:
    context = installer()
    engine.buildings.add(context.again(), "A")
    engine.close()
    assert stat.S_IMODE(engine.root.stat().st_mode) == 0o700
    assert stat.S_IMODE((engine.root / "smartplus.db").stat().st_mode) == 0o600
    again = Engine(engine.root, clock=clock)
    again.start()
    assert [row.values["name"] for row in again.list("building", context).first(5)] == ["A"]
    again.close()
    again.close()


def test_what_is_wrong_with_a_new_site_is_said_before_anything_is_written(tmp_path: Path) -> None:
    bad = {
        **FIRST,
        "community": " ",
        "timezone": "Mars/Base",
        "admin_email": "x",
        "admin_name": "",
        "password": "short",
    }
    with pytest.raises(Invalid) as caught:
        Engine.create(tmp_path / "site", **bad)
    assert caught.value.fields.keys() == {"community", "timezone", "email", "name", "password"}
    assert not (tmp_path / "site").exists()


def test_a_second_site_in_the_same_place_is_refused(engine: Engine) -> None:
    with pytest.raises(Conflict):
        Engine.create(engine.root, **FIRST)
    assert engine.communities.get(installer()).name == "Rosewood Court"


def test_where_no_site_is_none_is_opened(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "nothing")
    with pytest.raises(NotFound):
        engine.start()
    engine.close()


async def test_an_engine_around_an_app_closes_with_it(engine: Engine) -> None:
    context = installer()

    async def crash() -> None:
        async with Engine(engine.root) as other:
            other.start()
            raise RuntimeError("the app crashed")

    with pytest.raises(RuntimeError):
        await crash()
    assert [thread.name for thread in threading.enumerate()].count("change-feed") == 1
    assert engine.communities.get(context).name == "Rosewood Court"


def test_the_feed_tells_what_another_engine_committed(engine: Engine, clock: FakeClock) -> None:
    context, other = installer(), Engine(engine.root, clock=clock)
    other.start()
    told: set[str] = set()
    seen = threading.Event()

    def note(topics: frozenset[str]) -> None:
        told.update(topics)
        if {"buildings", "groups", "operations"} <= told:
            seen.set()

    stop = engine.feed.subscribe(note)
    other.buildings.add(context.again(), "A")
    assert seen.wait(10), told
    stop()
    other.close()


async def test_every_commit_wakes_the_agent(engine: Engine) -> None:
    context = installer()
    async with PokeListener(Site(engine.root)) as listener:
        engine.buildings.add(context.again(), "A")
        assert await listener.wait(10)
        engine.poke()
        assert await listener.wait(10)
    engine.buildings.add(context.again(), "B")


@pytest.mark.parametrize(
    "record",
    ["building", "apartment", "resident", "device", "door", "door-log", "operation", "manager", "undo"],
)
def test_every_list_is_read_filtered_and_sorted_by_what_its_catalog_says(engine: Engine, record: str) -> None:
    from backend.catalog.registry import RECORDS

    context, catalog = installer(), RECORDS[record]
    engine.devices.add(context.again(), DEVICE)
    engine.buildings.add(context.again(), "A")
    rows = engine.list(record, context).first(50)
    assert all({field.name for field in catalog.listed()} <= row.values.keys() | {"id"} for row in rows)
    for field in catalog.fields:
        if field.sorted:
            for descending in (False, True):
                engine.list(record, context, ListQuery(sort=field.name, descending=descending)).first(5)
        if field.filtered:
            value = _value(engine, record, field.name)
            for expression in (f"{field.name}:{value}", f"-{field.name}:{value}"):
                engine.list(record, context, ListQuery(filter=engine.parse_filter(record, context, expression))).count()
    engine.list(record, context, ListQuery(filter=engine.parse_filter(record, context, "anna"))).count()
    assert engine.list(record, context, ListQuery(sort=catalog.default_sort)).first(1) is not None


def _value(engine: Engine, record: str, field: str) -> str:
    """Something that can stand after a field: what completion offers, else a number."""
    text = f"{field}:"
    offered = engine.complete_filter(record, text, len(text))
    return offered[0] if offered else "1"


@pytest.mark.edge("24")
def test_a_filter_reads_times_in_the_zone_of_the_community(engine: Engine) -> None:
    context = installer()
    (term,) = engine.parse_filter("door-log", context, "on:today").terms
    midnight = START.replace(hour=0) - timedelta(hours=1)
    assert term.values == (midnight, midnight + timedelta(days=1))
    assert "Door Release" in engine.complete_filter("door-log", 'type:"', 6) or engine.complete_filter(
        "door-log", "type:rel", 8
    ) == ["ease"]
    with pytest.raises(Invalid):
        engine.parse_filter("device", context, "colour:red")


@pytest.mark.edge("24")
def test_a_filter_of_another_community_reads_times_in_its_own_zone(engine: Engine) -> None:
    from backend.domain.community_drafts import CommunityDraft

    made = engine.communities.add(installer(), CommunityDraft(name="Hill", timezone="America/New_York"))
    (term,) = engine.parse_filter("door-log", replace(installer(), community_id=made.id), "on:today").terms
    midnight = START.replace(hour=0) + timedelta(hours=5)
    assert term.values == (midnight, midnight + timedelta(days=1))


def test_a_record_that_has_no_list_is_named(engine: Engine) -> None:
    context = installer()
    with pytest.raises(NotFound):
        engine.list("unicorn", context)
    with pytest.raises(NotFound):
        engine.parse_filter("unicorn", context, "x")


@pytest.mark.feature("SYNC-07")
def test_the_list_of_undo_has_what_can_be_taken_back_only(engine: Engine) -> None:
    context = installer()
    engine.devices.add(context.again(), DEVICE)
    saved = engine.buildings.add(context.again(), "A")
    assert [row.id for row in engine.list("undo", context).first(9)] == [saved.operation]
    assert [record.id for record in engine.undo.candidates(context, 9)] == [saved.operation]


@pytest.mark.feature("OPS-03")
def test_a_backup_is_a_private_file_that_opens_and_never_replaces_one(
    engine: Engine, tmp_path: Path, clock: FakeClock
) -> None:
    context = installer()
    engine.buildings.add(context.again(), "A")
    target = engine.backups.write(context, tmp_path / "copy.db")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert engine.list("operation", context).first(1)[0].values["action"] == "Wrote a backup"
    with pytest.raises(Conflict):
        engine.backups.write(context.again(), engine.root / "smartplus.db")
    with pytest.raises(NotFound):
        engine.backups.write(context.again(), tmp_path / "nowhere" / "copy.db")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "site"]
    restored = tmp_path / "restored"
    restored.mkdir(mode=0o700)
    os.rename(target, restored / "smartplus.db")
    os.link(engine.root / "key", restored / "key")
    other = Engine(restored, clock=clock)
    other.start()
    assert [row.values["name"] for row in other.list("building", context).first(5)] == ["A"]
    other.close()


@pytest.mark.feature("ACC-08")
def test_a_viewer_makes_no_backup(engine: Engine, tmp_path: Path) -> None:
    draft = ManagerDraft(email="vera@example.com", name="Vera", role=Role.VIEWER, password=PASSWORD)
    engine.managers.add(installer().again(), draft)
    viewer = engine.sign_in.login("vera@example.com", PASSWORD, Via.COMMAND, agree=True)[0]
    with pytest.raises(Forbidden):
        engine.backups.write(viewer, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_importing_the_engine_loads_no_heavy_part() -> None:
    loaded = fresh("import sys, json, backend.engine; print(json.dumps(sorted(sys.modules)))")
    heavy = {"textual", "sqlalchemy", "pydantic", "alembic", "argon2", "cryptography", "httpx", "keyring", "sqlcipher3"}
    assert heavy.isdisjoint(loaded)
    assert not [name for name in loaded if name.startswith(("backend.services", "backend.store", "backend.agent"))]


def test_starting_an_engine_loads_no_part_of_screens_or_agent(engine: Engine) -> None:
    engine.close()
    loaded = fresh(
        "import sys, json, pathlib; from backend.engine import Engine;"
        f"engine = Engine(pathlib.Path({str(engine.root)!r})); engine.start(); engine.close();"
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert {"textual", "alembic", "httpx", "argon2", "openpyxl", "uvicorn"}.isdisjoint(loaded)
    assert not [name for name in loaded if name.startswith(("screens", "widgets", "backend.agent", "backend.devices"))]
