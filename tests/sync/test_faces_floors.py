"""Faces and floors on the wire: what a door is told of them, and that it is seen to have it, or to have it no more."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import PIL.Image
import pytest

from backend.documents.photos import read_photo
from backend.domain.enums import CredentialKind
from backend.domain.residents import ResidentPatch
from backend.store import tables as t
from backend.store.store import Store
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world


def photo(colour: str) -> bytes:
    """A photo as a form hands it over."""
    written = io.BytesIO()
    PIL.Image.new("RGB", (240, 240), colour).save(written, "JPEG")
    return read_photo(written.getvalue())


TAN, RED = photo("tan"), photo("red")


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A door that takes faces and floors, one that takes floors, and one that takes neither."""
    models = {"Gate": "X916", "Yard": "E18C", "Shed": "R20A"}
    async with small_world(store, manager_context, models) as made:
        yield made


def change(world: World, person_id: int, **fields: object) -> None:
    """Edit a resident."""
    version = world.residents.get(world.context, person_id).version
    world.residents.edit(world.context.again(), person_id, version, ResidentPatch.model_validate(fields))


def sent(world: World) -> int:
    """How often a photo went to the gate."""
    return world.asked("Gate", "filetool/import")


def field(world: World, name: str, what: str) -> list[object]:
    """A field of every record at a door."""
    return [record.get(what) for record in world.door(name).users]


def losses(world: World, name: str) -> str:
    return str(world.row(t.device_sync, name).losses)


@pytest.mark.feature("RES-05")
async def test_a_face_opens_the_door_that_takes_faces(world: World) -> None:
    person = world.add("Anna", "2741")
    change(world, person.id, face=TAN)
    for name in world.device_ids:
        await world.reconciler(name).run()
    assert world.door("Gate").show_face(TAN).opened == (1,)
    assert world.door("Gate").show_face(RED).reason == "unknown"
    assert world.door("Yard").show_face(TAN).reason == "unknown"
    assert "takes no faces: the face of Kowalska, Anna stays here" in losses(world, "Yard")
    assert "faces" not in losses(world, "Gate")
    assert not world.door("Yard").press_pin("2741").refused


@pytest.mark.feature("RES-05")
async def test_a_photo_goes_to_a_door_once(world: World) -> None:
    person = world.add("Anna", "2741")
    change(world, person.id, face=TAN)
    await world.reconciler("Gate").run()
    change(world, person.id, first="Anne", pin="5938", cards_add=("0A3C7F20",))
    await world.reconciler("Gate").run()
    await world.reconciler("Gate").run(read_back=True)
    assert sent(world) == 1
    assert not world.door("Gate").show_face(TAN).refused
    change(world, person.id, face=RED)
    await world.reconciler("Gate").run()
    assert sent(world) == 2


@pytest.mark.feature("SYNC-03")
async def test_a_new_face_takes_the_place_of_the_old_and_that_is_proved(world: World) -> None:
    person = world.add("Anna", "2741")
    change(world, person.id, face=TAN)
    await world.reconciler("Gate").run()
    change(world, person.id, face=RED)
    assert world.rows(t.read_back, t.read_back.c.absent_at.is_(None))
    await world.reconciler("Gate").run()
    assert world.door("Gate").show_face(TAN).reason == "unknown"
    assert not world.door("Gate").show_face(RED).refused
    gate = world.device_ids["Gate"]
    assert not world.rows(t.read_back, t.read_back.c.device_id == gate, t.read_back.c.absent_at.is_(None))


@pytest.mark.feature("SYNC-03")
async def test_a_face_that_is_taken_away_is_gone_and_proved_gone(world: World) -> None:
    person = world.add("Anna", "2741")
    change(world, person.id, face=TAN)
    await world.reconciler("Gate").run()
    (face,) = world.rows(t.credential, t.credential.c.kind == CredentialKind.FACE.value)
    change(world, person.id, credentials_remove=(face.id,))
    world.spoil("Gate", ignore_writes=True)
    with pytest.raises(Exception, match="did not keep"):
        await world.reconciler("Gate").run()
    assert world.row(t.device_sync, "Gate").red == 1
    world.spoil("Gate", ignore_writes=False)
    await world.reconciler("Gate").run()
    assert world.door("Gate").show_face(TAN).reason == "unknown"
    assert len(world.door("Gate").faces) == 0
    assert not world.door("Gate").press_pin("2741").refused
    assert world.row(t.device_sync, "Gate").red == 0


@pytest.mark.feature("SYNC-04")
async def test_a_face_removed_at_the_door_is_put_back(world: World) -> None:
    person = world.add("Anna", "2741")
    change(world, person.id, face=TAN)
    await world.reconciler("Gate").run()
    (record,) = world.door("Gate").users
    world.door("Gate").users.set({**record, "FaceUrl": "", "FaceFileName": ""})
    await world.reconciler("Gate").run(read_back=True)
    assert not world.door("Gate").show_face(TAN).refused
    assert world.rows(t.drift)[0].cause == "edited"


@pytest.mark.feature("RES-05")
@pytest.mark.edge("48")
async def test_a_face_opens_only_relays_that_take_faces(store: Store, manager_context: ManagerContext) -> None:
    async with small_world(store, manager_context, {"Gate": "X916"}, relays=2) as world:
        person = world.add("Anna", "2741")
        change(world, person.id, face=TAN)
        with store.write(world.context.again(), "relay.methods") as work:
            work.require("device.edit")
            work.update(t.relay, world.relay("Gate", 2), methods="pin,card")
            work.dirty([world.device_ids["Gate"]], "methods")
        await world.reconciler("Gate").run()
        assert world.door("Gate").show_face(TAN).opened == (1,)
        assert world.door("Gate").press_pin("2741").opened == (1, 2)


@pytest.mark.feature("RES-05")
async def test_a_photo_that_the_door_refuses_leaves_the_pin_alone(world: World) -> None:
    person = world.add("Anna", "2741")
    change(world, person.id, face=TAN)
    with world.store.books(world.agent) as work:
        sealed = work.sealer.seal(f"face_photo.jpeg:{world.rows(t.face_photo)[0].id}", b"no picture at all")
        work.connection.execute(t.face_photo.update().values(jpeg_sealed=sealed))
    await world.reconciler("Gate").run()
    assert not world.door("Gate").press_pin("2741").refused
    assert "the photo of the face is not here any more" in losses(world, "Gate")


@pytest.mark.feature("RES-05")
async def test_one_floor_is_told_to_doors_that_take_it(world: World) -> None:
    person = world.add("Anna", "2741")
    change(world, person.id, floors=("3",))
    for name in world.device_ids:
        await world.reconciler(name).run()
    assert field(world, "Gate", "LiftFloorNum") == ["3"]
    assert field(world, "Yard", "LiftFloorNum") == ["3"]
    assert field(world, "Shed", "LiftFloorNum") == [""]
    assert "takes no floors: the floors of Kowalska, Anna stay here" in losses(world, "Shed")
    await world.reconciler("Shed").run(read_back=True)
    assert not world.rows(t.drift)


@pytest.mark.feature("RES-05")
@pytest.mark.parametrize("floors", [("1", "2"), ("G1",), ("All Floors",), ("-1",), ("0",)])
async def test_what_no_door_understands_is_no_floor_there_and_said(world: World, floors: tuple[str, ...]) -> None:
    person = world.add("Anna", "2741")
    change(world, person.id, floors=floors)
    await world.reconciler("Yard").run()
    assert field(world, "Yard", "LiftFloorNum") == ["0"]
    assert "takes one floor from 1 to 128 per person: the floors of Kowalska, Anna stay here" in losses(world, "Yard")
    assert "Floors stay here" in world.residents.get(world.context, person.id).unsent


@pytest.mark.feature("SYNC-04")
async def test_a_floor_given_at_the_door_is_taken_back(world: World) -> None:
    world.add("Anna", "2741")
    await world.reconciler("Yard").run()
    (record,) = world.door("Yard").users
    world.door("Yard").users.set({**record, "LiftFloorNum": "7"})
    await world.reconciler("Yard").run(read_back=True)
    assert field(world, "Yard", "LiftFloorNum") == ["0"]
    assert world.rows(t.drift)[0].cause == "edited"


@pytest.mark.feature("SYNC-07")
async def test_undo_takes_a_floor_back_from_the_door(world: World) -> None:
    person = world.add("Anna", "2741")
    change(world, person.id, floors=("3",))
    await world.reconciler("Yard").run()
    number = world.rows(t.operation)[-1].id
    world.undo.undo(world.context.again(), number)
    await world.reconciler("Yard").run()
    assert field(world, "Yard", "LiftFloorNum") == ["0"]
