"""Photos of faces out of a zip, whatever is in it; nothing is ever unpacked to the disk (rules 5.4; edge case 15)."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from backend.documents.photos import LARGEST_FILE, read_photo
from backend.domain.errors import Invalid
from backend.domain.imports import FaceFile

ZIP_LARGEST = 200_000_000
PHOTOS_MOST = 500
PARTS_MOST = 5_000
SUFFIXES = (".jpg", ".jpeg", ".png")

_UTF8 = 0x800
_ENCRYPTED = 0x1
_ENCODINGS = ("utf-8", "cp437", "cp1252")
_RUBBISH = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")

Told = Callable[[int, int], bool]
"""Takes the photos read and those there are, and answers whether to go on."""


def read_faces(path: Path, told: Told) -> tuple[FaceFile, ...]:
    """The photos of a zip as devices take them, in its order; what is none comes with the reason.

    At most 10 MB a photo, 500 photos and 200 MB. Raises Invalid (file) where the zip as a whole cannot be read, and
    when `told` says to stop.
    """
    try:
        if path.stat().st_size > ZIP_LARGEST:
            raise _refused("This zip has more than 200 MB. Part it into several.")
        with zipfile.ZipFile(path) as package:
            parts = _parts(package)
            found = []
            for number, part in enumerate(parts, start=1):
                if not told(number - 1, len(parts)):
                    raise _refused("Stopped: nothing was taken over.")
                found.append(_face(package, part, number))
            return tuple(found)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError) as error:
        raise _refused("This is no zip, or a damaged one.") from error
    except OSError as error:
        raise _refused(f"{path} cannot be read: {error.strerror or error}.") from error


def _parts(package: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """What may be a photo; folders and what systems leave behind are none."""
    everything = package.infolist()
    if len(everything) > PARTS_MOST:
        raise _refused(f"This zip has {len(everything):,} files. At most {PHOTOS_MOST} photos are taken over.")
    parts = [part for part in everything if not part.is_dir() and not _is_rubbish(part.filename)]
    if len(parts) > PHOTOS_MOST:
        raise _refused(f"This zip has {len(parts):,} photos. At most {PHOTOS_MOST} are taken over: part it.")
    if sum(part.file_size for part in parts) > ZIP_LARGEST:
        raise _refused("The photos of this zip have more than 200 MB. Part it into several.")
    if not parts:
        raise _refused("There is no photo in this zip.")
    return parts


def _is_rubbish(name: str) -> bool:
    return name.startswith(_RUBBISH[0]) or PurePosixPath(name).name in _RUBBISH or PurePosixPath(name).name[:2] == "._"


def _face(package: zipfile.ZipFile, part: zipfile.ZipInfo, number: int) -> FaceFile:
    spelt = _spellings(part)
    paths = [PurePosixPath(name.replace("\\", "/")) for name in spelt]
    path, names = paths[0], tuple(dict.fromkeys(str(one.with_suffix("")) if one.name else "" for one in paths))
    try:
        return FaceFile(number, names, _photo(package, part, path))
    except Invalid as error:
        return FaceFile(number, names, None, next(iter(error.fields.values())))


def _photo(package: zipfile.ZipFile, part: zipfile.ZipInfo, path: PurePosixPath) -> bytes:
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise _refused("Its path leads out of the zip. Nobody packs photos like this: look where it is from.")
    if path.suffix.lower() not in SUFFIXES:
        raise _refused(f"A photo is a {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} file.")
    if part.flag_bits & _ENCRYPTED:
        raise _refused("It is protected by a password.")
    if part.file_size > LARGEST_FILE:
        raise _refused(f"A photo has at most {LARGEST_FILE // 1_000_000} MB.")
    try:
        with package.open(part) as source:
            data = source.read(LARGEST_FILE + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise _refused("It is damaged.") from None
    return read_photo(data)


def _spellings(part: zipfile.ZipInfo) -> tuple[str, ...]:
    """The name in each encoding that programs write without saying so; one that says UTF-8 has one spelling."""
    if part.flag_bits & _UTF8:
        return (part.filename,)
    raw = part.filename.encode("cp437", "replace")
    found = []
    for encoding in _ENCODINGS:
        try:
            found.append(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return tuple(dict.fromkeys(found))


def _refused(sentence: str) -> Invalid:
    return Invalid({"file": sentence})
