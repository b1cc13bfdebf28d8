"""Photos of faces: files as people have them <-> what devices take, and the dots of a terminal (rules 5.3)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from backend.domain.errors import Invalid
from backend.domain.paths import at_home

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_FILE = 10_000_000
"""Bytes of a file: what a telephone takes."""
LONGEST_SIDE = 960
SHORTEST_SIDE = 120
"""Pixels: with fewer no device finds a face."""
MOST_PIXELS = 100_000_000
"""A picture that claims more is a bomb, not a photo."""
LARGEST_JPEG = 200_000
"""Bytes that a device takes (device protocol 1.7)."""

_QUALITIES = (88, 80, 70, 60, 45, 30)
_FORMATS = ("JPEG", "PNG")

Dots = tuple[tuple[tuple[int, int, int], ...], ...]
"""Rows of pixels, red green blue from 0 to 255 each."""


def read_photo_file(path: Path) -> bytes:
    """The photo in a file as `read_photo` answers it; raises Invalid (face)."""
    try:
        with at_home(path).open("rb") as source:
            found = source.read(LARGEST_FILE + 1)
    except OSError:
        raise Invalid({"face": f"{path} cannot be read."}) from None
    return read_photo(found)


def read_photo(data: bytes) -> bytes:
    """A JPEG or PNG photo as devices take it: upright, at most 960 pixels a side and 200 kB, nothing but the picture.

    Place, time and camera that a telephone writes into a photo are left out. Raises Invalid (face).
    """
    if len(data) > LARGEST_FILE:
        raise Invalid({"face": f"A photo has at most {LARGEST_FILE // 1_000_000} MB."})
    picture = _decoded(data)
    if min(picture.size) < SHORTEST_SIDE:
        width, height = picture.size
        raise Invalid(
            {"face": f"This photo has {width} x {height} pixels. At least {SHORTEST_SIDE} a side are needed."}
        )
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return next(jpeg for quality in _QUALITIES if len(jpeg := _jpeg(picture, quality)) <= LARGEST_JPEG)


def dots_of(jpeg: bytes, columns: int) -> Dots:
    """A picture as rows of pixels for half blocks: `columns` wide, an even number of rows, square pixels."""
    picture = _decoded(jpeg)
    rows = max(2, round(columns * picture.height / picture.width / 2) * 2)
    small = picture.resize((columns, rows))
    pixels = small.tobytes()
    return tuple(
        tuple(
            (pixels[at], pixels[at + 1], pixels[at + 2]) for at in range(row * columns * 3, (row + 1) * columns * 3, 3)
        )
        for row in range(rows)
    )


def _decoded(data: bytes) -> Image:
    import PIL.Image
    from PIL import ImageOps

    try:
        with PIL.Image.open(io.BytesIO(data), formats=_FORMATS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise Invalid({"face": "This photo has too many pixels."})
            return ImageOps.exif_transpose(found).convert("RGB")
    except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError):
        raise Invalid({"face": "This is no photo that can be read: JPEG and PNG are taken."}) from None


def _jpeg(picture: Image, quality: int) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality)
    return written.getvalue()
