"""Photos of faces on a device, and the form in which they come (device protocol 1.4, 1.7 b)."""

from __future__ import annotations

import base64
import re

from backend.virtual.envelope import ERROR_PARAM, FAILED, Record, Refused

LARGEST = 200_000
"""Bytes of a photo."""
STORED = "/Image/RegisterImg/"
"""Where a device says that its photos lie."""

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_JPEG = b"\xff\xd8\xff"


class Faces:
    """The photos of one device by file name."""

    def __init__(self) -> None:
        self._photos: dict[str, bytes] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._photos

    def __len__(self) -> int:
        return len(self._photos)

    def take(self, name: str, photo: bytes) -> None:
        """Store a photo, in the place of one of that name; raises Refused on what is no JPEG or too large."""
        if not _NAME.fullmatch(name):
            raise Refused(ERROR_PARAM)
        if len(photo) > LARGEST or not photo.startswith(_JPEG):
            raise Refused(FAILED)
        self._photos[name] = photo

    def named(self, photo: bytes) -> str:
        """The name of exactly this photo, "" when it is not here."""
        return next((name for name, one in self._photos.items() if one == photo), "")

    def drop(self, name: str) -> None:
        """Forget a photo."""
        self._photos.pop(name, None)

    def clear(self) -> None:
        """Forget all."""
        self._photos.clear()

    def dump(self) -> Record:
        """What the flash keeps."""
        return {name: base64.b64encode(photo).decode() for name, photo in self._photos.items()}

    def load(self, state: Record) -> None:
        """Take back what `dump` gave."""
        self._photos = {name: base64.b64decode(text) for name, text in state.items()}


def file_of(content_type: str, body: bytes) -> Record | None:
    """The field `file` of a form, as `file` and `filename`; None where there is none."""
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    for part in body.split(f"--{boundary[1]}".encode("latin-1"))[1:-1] if boundary else ():
        head, _, content = part.partition(b"\r\n\r\n")
        told = head.decode("latin-1")
        if re.search(r'[; ]name="?file"?(;|\s|$)', told):
            name = re.search(r'filename="([^"]*)"', told)
            return {"file": content.removesuffix(b"\r\n"), "filename": name[1] if name else ""}
    return None
