"""QR codes as pictures for mails."""

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
