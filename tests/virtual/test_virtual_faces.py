"""A virtual device that knows faces: photos by file import, users who name them, and nobody else."""

from __future__ import annotations

import base64
from typing import Any

import pytest

JPEG = b"\xff\xd8\xff\xe0 a face \r\n--and bytes\r\n\r\n of all kinds\xff\xd9"
USER = {"UserID": "1", "Name": "Anna", "WebRelay": "0", "LiftFloorNum": "0", "ScheduleRelay": "1001-1;"}


async def upload(door: Any, name: str, photo: bytes, kind: str = "Face") -> dict[str, Any]:
    files = {"file": (name, photo, "image/jpeg")}
    answer = await door.client.post(f"{door.url}/api/filetool/import?destFile={kind}&index=", files=files)
    told: dict[str, Any] = answer.json()
    return told


async def test_a_user_who_names_a_photo_is_let_in_by_that_face(serve: Any) -> None:
    door = await serve("X916")
    assert (await upload(door, "anna.jpg", JPEG))["retcode"] == 0
    assert door.core.show_face(JPEG).reason == "unknown"
    await door.add(**USER, FaceUrl="anna.jpg", FaceFileName="anna.jpg")
    assert door.core.show_face(JPEG).opened == (1,)
    assert door.core.show_face(JPEG + b"x").reason == "unknown"
    (shown,) = await door.listed("user")
    assert (shown["FaceFileName"], shown["FaceUrl"]) == ("anna.jpg", "/Image/RegisterImg/anna.jpg")
    newest = next(iter(door.core.log))
    assert (newest["Type"], newest["Name"], newest["Status"]) == ("Face", "", "Failed")


async def test_a_set_without_the_photo_forgets_it(serve: Any) -> None:
    door = await serve("X916")
    await upload(door, "anna.jpg", JPEG)
    await door.add(**USER, FaceFileName="anna.jpg")
    await door.ask("user", "set", {"item": [{**USER, "ID": "1"}]})
    assert door.core.show_face(JPEG).reason == "unknown"
    assert len(door.core.faces) == 0
    (shown,) = await door.listed("user")
    assert (shown["FaceFileName"], shown["FaceUrl"]) == ("", "")


async def test_a_photo_goes_with_its_last_user(serve: Any) -> None:
    door = await serve("X916")
    await upload(door, "anna.jpg", JPEG)
    await door.add(**USER, FaceFileName="anna.jpg")
    await door.ask("user", "del", {"item": [{"ID": "1"}]})
    assert len(door.core.faces) == 0


async def test_what_is_no_photo_is_refused(serve: Any) -> None:
    door = await serve("X916")
    for name, photo, kind in (
        ("a.jpg", b"GIF89a", "Face"),
        ("a.jpg", JPEG + b"x" * 200_000, "Face"),
        ("../a.jpg", JPEG, "Face"),
        ("a.jpg", JPEG, "VoicePrompt"),
    ):
        assert (await upload(door, name, photo, kind))["retcode"] < 0
    assert len(door.core.faces) == 0


@pytest.mark.parametrize("model", ["E18C", "R20A", "A08S"])
async def test_other_models_take_no_photos(serve: Any, model: str) -> None:
    door = await serve(model)
    assert (await upload(door, "anna.jpg", JPEG))["retcode"] < 0


async def test_a_face_is_shown_by_the_control_plane(serve: Any) -> None:
    door = await serve("X916")
    await upload(door, "anna.jpg", JPEG)
    await door.add(**USER, FaceFileName="anna.jpg")
    at = f"{door.control}/devices/door/face"
    shown = await door.client.post(at, json={"photo": base64.b64encode(JPEG).decode()})
    assert shown.json() == {"opened": [1], "refused": False, "reason": "opened"}
    assert (await door.client.post(at, json={"photo": "no base64!"})).status_code == 422


async def test_photos_outlive_the_process(serve: Any) -> None:
    door = await serve("X916")
    await upload(door, "anna.jpg", JPEG)
    await door.add(**USER, FaceFileName="anna.jpg")
    kept = door.core.dump()
    door.core.factory_reset()
    assert door.core.show_face(JPEG).refused
    door.core.load(kept)
    assert door.core.faces.named(JPEG) == "anna.jpg"
    del kept["faces"]
    door.core.load(kept)
