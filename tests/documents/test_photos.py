"""Photos of faces: what is taken, and what devices get."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from PIL import Image

from backend.documents.photos import LARGEST_FILE, LARGEST_JPEG, LONGEST_SIDE, dots_of, read_photo, read_photo_file
from backend.domain.errors import Invalid


def picture(size: tuple[int, int] = (200, 300), kind: str = "PNG", **options: object) -> bytes:
    """A photo, the upper half red and the lower half blue."""
    made = Image.new("RGB", size, "blue")
    made.paste("red", (0, 0, size[0], size[1] // 2))
    written = io.BytesIO()
    made.save(written, kind, **options)
    return written.getvalue()


@pytest.mark.feature("RES-05")
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_photo_becomes_a_small_jpeg(kind: str) -> None:
    found = Image.open(io.BytesIO(read_photo(picture((2000, 3000), kind))))
    assert (found.format, max(found.size)) == ("JPEG", LONGEST_SIDE)


def test_a_photo_full_of_detail_still_fits_a_device() -> None:
    noise = Image.frombytes("RGB", (1400, 1400), random.Random(1).randbytes(1400 * 1400 * 3))
    written = io.BytesIO()
    noise.save(written, "JPEG", quality=95)
    assert len(read_photo(written.getvalue())) <= LARGEST_JPEG


def test_a_photo_lies_upright_and_tells_no_place() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held sideways
    exif[0x010F] = "Camera"
    found = Image.open(io.BytesIO(read_photo(picture((400, 200), "JPEG", exif=exif))))
    assert found.size == (200, 400)
    assert not found.getexif()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This is no photo that can be read"),
        (b"%PDF-1.7", "This is no photo that can be read"),
        (picture(kind="GIF"), "This is no photo that can be read"),
        (picture()[:200], "This is no photo that can be read"),
        (picture((100, 300)), "This photo has 100 x 300 pixels"),
        (b"x" * (LARGEST_FILE + 1), "A photo has at most 10 MB."),
    ],
)
def test_what_is_no_photo_is_refused_in_words(data: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_photo(data)
    assert caught.value.fields["face"].startswith(sentence)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        read_photo_file(tmp_path / "anna.jpg")
    assert "cannot be read" in caught.value.fields["face"]
    (tmp_path / "anna.png").write_bytes(picture())
    assert read_photo_file(tmp_path / "anna.png").startswith(b"\xff\xd8\xff")


def test_dots_have_an_even_number_of_rows_and_the_colours_of_the_photo() -> None:
    dots = dots_of(read_photo(picture()), 20)
    assert (len(dots), len(dots[0])) == (30, 20)
    assert dots[2][10][0] > 200 > 60 > dots[2][10][2]
    assert dots[-3][10][2] > 200 > 60 > dots[-3][10][0]
