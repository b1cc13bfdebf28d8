"""QR codes: as pictures for mails, as modules for terminals."""

from __future__ import annotations

import io

CELLS = 6
"""Pixels of one module: a code of 200 letters is about 350 pixels wide."""
MASK = 3
"""Any of the eight masks can be read; looking for the best one takes three times as long as the code itself."""


def qr_png(text: str) -> bytes:
    """The QR code of `text` as a PNG, black on white with its quiet zone of four modules."""
    import segno

    picture = io.BytesIO()
    segno.make(text, error="m", micro=False, mask=MASK).save(picture, kind="png", scale=CELLS, border=4)
    return picture.getvalue()


def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of the same code row by row, True for dark, without a quiet zone."""
    import segno

    code = segno.make(text, error="m", micro=False, mask=MASK)
    return tuple(tuple(bool(dark) for dark in row) for row in code.matrix)
