"""A file that is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from backend.domain.errors import Invalid

T = TypeVar("T")


def write_whole(path: Path, forms: Mapping[str, Callable[[Path], T]]) -> T:
    """Have the form that the suffix of `path` names write the file, and answer what it answers.

    It is readable by its owner only and replaces one of its name; an error while it is written leaves what was there.
    Raises Invalid (path) for another suffix and where nothing can be written.
    """
    write = forms.get(path.suffix.lower())
    if write is None:
        raise Invalid({"path": f"The name ends in {' or '.join(forms)}."})
    if path.is_dir():
        raise Invalid({"path": f"{path} is a folder. Add the name of a file."})
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=f".part{path.suffix}", dir=path.parent)
    except OSError as error:
        raise Invalid({"path": f"{path} cannot be written: {error.strerror or error}."}) from error
    os.close(handle)
    part = Path(name)
    try:
        answer = write(part)
        part.chmod(0o600)
        part.replace(path)
    except OSError as error:
        raise Invalid({"path": f"{path} cannot be written: {error.strerror or error}."}) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return answer
