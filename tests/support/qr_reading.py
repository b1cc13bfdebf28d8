"""QR codes read back as a door reads them: by a decoder that knows nothing of how we draw them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import zxingcpp
from PIL import Image

DOTS = 6
"""Pixels of one module."""


def read_png(png: bytes) -> str:
    """What the one QR code of a picture says."""
    return _read(Image.open(io.BytesIO(png)).convert("L"))


def read_cells(rows: Sequence[str]) -> str:
    """What a QR code of half blocks says, as a terminal shows it: two modules above each other in a cell, dark ink."""
    height, width = 2 * len(rows), max(len(row) for row in rows)
    picture = Image.new("L", (width, height), 255)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            for half, dark in enumerate((cell in "█▀", cell in "█▄")):
                if dark:
                    picture.putpixel((place, 2 * number + half), 0)
    return _read(picture.resize((width * DOTS, height * DOTS), Image.Resampling.NEAREST))


def _read(picture: Image.Image) -> str:
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    return str(found.text)
