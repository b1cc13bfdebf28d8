"""Standing at a virtual door of the demo: it decides by what it holds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import PIL.Image
import pytest

from backend.devices.address import Auth, DeviceAddress, Endpoint, Secret
from backend.devices.client import DeviceClient, UserBody
from backend.devices.profiles import X916
from backend.documents.photos import read_photo
from backend.domain.context import Context
from backend.domain.paging import ListQuery
from backend.domain.residents import ResidentPatch
from backend.engine import Engine
from smartplus_tui.demo.doors import VirtualDoors
from tests.screens.conftest import Show

Park = tuple[Engine, Context]


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[VirtualDoors]:
    """The gym as a door that knows faces."""
    site, ready = tmp_path / "site.toml", tmp_path / "ready.json"
    site.write_text(f'ready_file = "{ready}"\n[[device]]\nname = "Gym"\nmodel = "X916"\nhttps = false\nauth = "none"\n')
    made = VirtualDoors(site, ready, tmp_path / "doors.log")
    made.wait()
    yield made
    made.close()


def photo() -> bytes:
    written = io.BytesIO()
    PIL.Image.new("RGB", (240, 240), "tan").save(written, "JPEG")
    return read_photo(written.getvalue())


async def enrol(doors: VirtualDoors, jpeg: bytes) -> None:
    """Put a face on the gym."""
    endpoint = Endpoint(DeviceAddress.parse(doors.devices["Gym"]["url"]), Auth.NONE, "", Secret(""), None)
    async with DeviceClient(endpoint, X916, timeout=5, gap=0) as client:
        await client.upload_face("0123abcd", jpeg)
        body = UserBody("SP1-1", "Anna", "2741", (), (("1001", (1,)),), face="0123abcd", new_face=True)
        (result,) = await client.add_users([body])
        assert result.ok


@pytest.mark.feature("AGT-08")
@pytest.mark.feature("RES-05")
async def test_a_face_is_shown_to_a_door(show: Show, park: Park, doors: VirtualDoors) -> None:
    engine, installer = park
    jpeg = photo()
    row = next(
        one for one in engine.list("resident", installer, ListQuery()).first(10) if "Anna" in str(one.values["name"])
    )
    version = engine.residents.get(installer, row.id).version
    engine.residents.edit(installer.again(), row.id, version, ResidentPatch(face=jpeg))
    async with show("g", "k", doors=doors) as keys:
        await keys.until_page("TryDoorScreen")
        await keys.type("gym")
        await keys.press("tab", "tab", "tab")
        await keys.type("kowalska")
        await keys.press("enter", "f2")
        await keys.until_text("the door does not know this")
        await enrol(doors, jpeg)
        await keys.type("kowalska")
        await keys.press("enter", "f2")
        await keys.until_text("● opened")
        await keys.type("abara")
        await keys.press("enter", "f2")
        await keys.until_text("There is no photo of this person.")


@pytest.mark.feature("AGT-08")
async def test_something_has_to_be_shown(show: Show, doors: VirtualDoors) -> None:
    async with show("g", "k", doors=doors) as keys:
        await keys.until_page("TryDoorScreen")
        await keys.type("gym")
        await keys.press("tab", "f2")
        await keys.until_text("or pick a face")


@pytest.mark.feature("AGT-08")
async def test_who_comes_back_types_at_once(show: Show, doors: VirtualDoors) -> None:
    async with show("g", "k", doors=doors) as keys:
        await keys.until_page("TryDoorScreen")
        for back in (["g", "k"], ["g", "l", "g", "k"], ["ctrl+p", *"try", "enter"]):
            await keys.press("escape", *back)
            await keys.until_page("TryDoorScreen")
            await keys.until(lambda: keys.page.focused is not None)
            await keys.type("gy")
            await keys.until_text("gy")
            await keys.press("escape")
        await keys.press("escape", "u")
        await keys.until_page("UndoScreen")
        await keys.press("escape")
        await keys.until(lambda: keys.page.focused is not None)
        await keys.type("gym")
        await keys.press("tab", "escape", "o")
        await keys.until_text("Open a door")
        await keys.press("escape")
        await keys.until_page("TryDoorScreen")
        assert keys.page.focused is None
