"""Faces out of a zip: whose they are by the names of the photos, and what is not taken (feature RES-11)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from backend.documents import faces as zips
from backend.documents.faces import read_faces
from backend.domain.enums import Verdict
from backend.domain.errors import Invalid
from backend.domain.imports import Preview
from backend.services.buildings import Buildings
from backend.services.imports import Imports
from backend.store import tables as t
from tests.services.people.park import Park


def photo(colour: str = "tan", kind: str = "JPEG", size: int = 200) -> bytes:
    """A small picture."""
    target = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(target, kind)
    return target.getvalue()


def packed(path: Path, photos: Mapping[str, bytes]) -> Path:
    """A zip with these files."""
    with zipfile.ZipFile(path / "faces.zip", "w") as package:
        for name, data in photos.items():
            package.writestr(name, data)
    return path / "faces.zip"


def raw_name(path: Path, ascii_name: str, raw: bytes) -> Path:
    """The zip with a name written as these bytes, without saying in which encoding."""
    data = path.read_bytes()
    assert len(ascii_name) == len(raw)
    path.write_bytes(data.replace(ascii_name.encode(), raw))
    return path


class Faces:
    """Imports of faces into the park."""

    def __init__(self, park: Park) -> None:
        self.park = park
        self.imports = Imports(park.store)

    def preview(self, path: Path) -> Preview:
        """What a zip would do."""
        self.draft = self.imports.begin_faces(self.park.context, path.name, read_faces(path, lambda _done, _all: True))
        return self.imports.preview(self.park.context, self.draft)

    def photos(self) -> dict[int, bytes | None]:
        """Everybody's face."""
        return {
            row["id"]: self.park.residents.photo(self.park.context, row["id"]) for row in self.park.rows(t.resident)
        }


@pytest.fixture
def faces(park: Park) -> Faces:
    """Imports of faces."""
    return Faces(park)


@pytest.mark.feature("RES-11")
@pytest.mark.edge("15")
def test_a_photo_finds_its_person_by_building_room_and_name(park: Park, faces: Faces, tmp_path: Path) -> None:
    anna, jan = park.add().id, park.add("1001", "Jan").id
    path = packed(tmp_path, {"A+1001+Anna Kowalska.jpg": photo(), "a+1001+kowalska jan.JPG": photo("red")})
    rows = faces.preview(path).rows
    assert [(row.verdict, row.name, row.does) for row in rows] == [
        (Verdict.CHANGE, "Kowalska, Anna", "face"),
        (Verdict.CHANGE, "Kowalska, Jan", "face"),
    ]
    assert set(faces.photos().values()) == {None}
    report = faces.imports.write(park.act, faces.draft)
    assert report.written == 2
    kept = faces.photos()
    assert kept[anna] is not None
    assert kept[anna] != kept[jan]
    assert {row["origin"] for row in park.rows(t.credential)} == {"import"}


@pytest.mark.feature("RES-11")
@pytest.mark.edge("15")
def test_plus_signs_may_stand_in_every_part_of_a_name(park: Park, faces: Faces, tmp_path: Path) -> None:
    from backend.services.apartments import Apartments

    tower = Buildings(park.store).add(park.act, "Tower+1").id
    flat = Apartments(park.store).add(park.act, tower, "7").id
    park.apartments["7"] = flat
    park.add("7", "Ana+Maria", "Silva")
    path = packed(tmp_path, {"Tower+1+7+Ana+Maria Silva.png": photo(kind="PNG")})
    (row,) = faces.preview(path).rows
    assert (row.verdict, row.building, row.apartment) == (Verdict.CHANGE, "Tower+1", "7")


@pytest.mark.feature("RES-11")
@pytest.mark.edge("15")
@pytest.mark.parametrize("encoding", ["cp437", "utf-8", "cp1252"])
def test_umlauts_are_read_in_the_encoding_they_were_written_in(
    park: Park, faces: Faces, tmp_path: Path, encoding: str
) -> None:
    park.add("1001", "Jürgen", "Müller")
    raw = "A+1001+Jürgen Müller.jpg".encode(encoding)
    path = packed(tmp_path, {"x" * len(raw): photo()})
    assert [row.verdict for row in faces.preview(raw_name(path, "x" * len(raw), raw)).rows] == [Verdict.CHANGE]


@pytest.mark.feature("RES-11")
@pytest.mark.edge("15")
def test_a_name_that_says_utf_8_is_taken_at_its_word_composed_or_not(park: Park, faces: Faces, tmp_path: Path) -> None:
    park.add("1001", "Jürgen", "Müller")
    path = packed(tmp_path, {"A+1001+Ju\u0308rgen Mu\u0308ller.jpeg": photo()})
    assert [row.verdict for row in faces.preview(path).rows] == [Verdict.CHANGE]


@pytest.mark.feature("RES-11")
@pytest.mark.edge("15")
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("../A+1001+Anna Kowalska.jpg", "leads out of the zip"),
        ("/etc/A+1001+Anna Kowalska.jpg", "leads out of the zip"),
        ("..\\..\\A+1001+Anna Kowalska.jpg", "leads out of the zip"),
        ("C:\\A+1001+Anna Kowalska.jpg", "leads out of the zip"),
        ("faces/A+1001+Anna Kowalska.jpg", "lies in a folder"),
        ("A+1001+Anna Kowalska.gif", "file"),
        ("Anna Kowalska.jpg", "Name it"),
        ("A+1001+Anna Nowak.jpg", "There is Anna Kowalska"),
        ("A+1002+Anna Kowalska.jpg", "Nobody lives in A 1002"),
        ("D+1001+Anna Kowalska.jpg", "no building D"),
    ],
)
def test_what_is_not_taken_says_why(park: Park, faces: Faces, tmp_path: Path, name: str, sentence: str) -> None:
    park.add()
    (row,) = faces.preview(packed(tmp_path, {name: photo()})).rows
    assert row.verdict is Verdict.REFUSE
    assert sentence in row.does
    assert {one.name for one in tmp_path.iterdir()} == {"faces.zip", "site"}


@pytest.mark.feature("RES-11")
@pytest.mark.edge("15")
def test_of_two_photos_of_one_person_the_later_counts(park: Park, faces: Faces, tmp_path: Path) -> None:
    anna = park.add().id
    path = packed(tmp_path, {"A+1001+Anna Kowalska.jpg": photo(), "A+1001+Anna Kowalska.png": photo("red", "PNG")})
    rows = faces.preview(path).rows
    assert [row.verdict for row in rows] == [Verdict.SAME, Verdict.CHANGE]
    assert "photo 2 takes its place" in rows[0].rest
    assert faces.imports.write(park.act, faces.draft).written == 1
    first = faces.photos()[anna]
    faces.preview(packed(tmp_path, {"A+1001+Anna Kowalska.jpg": photo("blue")}))
    faces.imports.write(park.act, faces.draft)
    assert faces.photos()[anna] not in (first, None)


@pytest.mark.feature("RES-11")
def test_a_name_can_be_put_right_in_the_preview(park: Park, faces: Faces, tmp_path: Path) -> None:
    park.add()
    (row,) = faces.preview(packed(tmp_path, {"IMG_0001.jpg": photo()})).rows
    assert row.verdict is Verdict.REFUSE
    draft = faces.draft.fixed(1, "file", "A+1001+Anna Kowalska")
    assert [row.verdict for row in faces.imports.preview(park.context, draft).rows] == [Verdict.CHANGE]


@pytest.mark.feature("RES-11")
@pytest.mark.edge("15")
def test_bad_photos_are_told_and_what_systems_leave_behind_is_no_photo(
    park: Park, faces: Faces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    park.add()
    monkeypatch.setattr(zips, "LARGEST_FILE", 50_000)
    names = ("A+1001+Anna Kowalska", "A+1001+B", "A+1001+C")
    found = {
        f"{names[0]}.jpg": b"no picture",
        f"{names[1]}.jpg": b"x" * 50_001,
        f"{names[2]}.jpg": photo(size=40),
        "__MACOSX/._A+1001+Anna Kowalska.jpg": b"x",
        ".DS_Store": b"x",
        "Thumbs.db": b"x",
    }
    rows = faces.preview(packed(tmp_path, found)).rows
    assert len(rows) == 3
    assert {row.verdict for row in rows} == {Verdict.REFUSE}
    assert "MB" in rows[1].does


@pytest.mark.feature("RES-11")
def test_a_zip_is_refused_whole_where_it_is_none_or_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal(path: Path, go_on: bool = True) -> str:
        with pytest.raises(Invalid) as error:
            read_faces(path, lambda _done, _all: go_on)
        return error.value.fields["file"]

    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"no zip")
    assert "no zip" in refusal(bad)
    assert "cannot be read" in refusal(tmp_path / "none.zip")
    assert "no photo" in refusal(packed(tmp_path, {".DS_Store": b""}))
    path = packed(tmp_path, {f"{number}.jpg": b"" for number in range(501)})
    assert "At most 500" in refusal(path)
    small = packed(tmp_path, {"A+1+B.jpg": photo()})
    assert "Stopped" in refusal(small, go_on=False)
    monkeypatch.setattr(zips, "ZIP_LARGEST", 400)
    assert "200 MB" in refusal(small)


@pytest.mark.feature("RES-11")
@pytest.mark.edge("15")
def test_a_photo_that_lies_about_its_size_is_read_no_further(park: Park, faces: Faces, tmp_path: Path) -> None:
    path = tmp_path / "faces.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("A+1001+Anna Kowalska.jpg", b"\0" * 30_000_000)
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<L", 30_000_000), struct.pack("<L", 1_000)))
    park.add()
    (row,) = faces.preview(path).rows
    assert row.verdict is Verdict.REFUSE


@pytest.mark.feature("RES-11")
@pytest.mark.edge("15")
@pytest.mark.parametrize(
    "name",
    [
        "North/South+1001+Jo Silva.jpg",
        "North\\South+1001+Jo Silva.jpg",
        "North_South+1001+Jo Silva.jpg",
        "North-South+1001+Jo Silva.jpg",
    ],
)
def test_a_building_with_a_slash_is_found_by_every_way_of_writing_it(
    park: Park, faces: Faces, tmp_path: Path, name: str
) -> None:
    from backend.services.apartments import Apartments

    building = Buildings(park.store).add(park.act, "North/South").id
    park.apartments["N"] = Apartments(park.store).add(park.act, building, "1001").id
    park.add("N", "Jo", "Silva")
    (row,) = faces.preview(packed(tmp_path, {name: photo()})).rows
    assert (row.verdict, row.building, row.apartment) == (Verdict.CHANGE, "North/South", "1001")


@pytest.mark.feature("RES-11")
def test_of_two_buildings_that_a_file_name_can_mean_none_is_guessed(park: Park, faces: Faces, tmp_path: Path) -> None:
    for name in ("North/South", "North:South"):
        Buildings(park.store).add(park.act, name)
    (row,) = faces.preview(packed(tmp_path, {"North_South+1001+Jo Silva.jpg": photo()})).rows
    assert row.does.endswith("There is no building North_South.")


@pytest.mark.feature("RES-11")
def test_the_plan_of_photos_says_at_which_doors_faces_come(park: Park, faces: Faces, tmp_path: Path) -> None:
    park.add(pin="2741")
    faces.preview(packed(tmp_path, {"A+1001+Anna Kowalska.jpg": photo()}))
    plans = faces.imports.plan(park.context, faces.draft)
    assert plans
    assert {line.what for plan in plans for line in (*plan.adds, *plan.changes)} == {"face"}
