"""Devices in a spreadsheet: its columns, and what one row says (feature SET-06; rules 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import DeviceKind
from backend.domain.errors import Invalid
from backend.domain.frozen import Frozen
from backend.domain.names import fold
from backend.domain.sheets import Sheet, text_of

ROWS_MOST = 500
"""Devices of one file; more at once no community has."""

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("name", "Name", "What people call it. At most 63 characters."),
    ("model", "Model", "As in X916."),
    ("mac", "MAC", "Twelve hex digits, as in 0C:11:05:2A:41:17."),
    ("address", "Address", "192.0.2.20 or https://192.0.2.20."),
    ("kind", "Type", "One of: " + ", ".join(kind.value for kind in DeviceKind) + ". Empty: multi_door_phone."),
    ("building", "Building", "Empty: it serves the whole community."),
    ("apartment", "APT", "For a device inside an apartment of that building, which is private."),
    ("relays", "Relays", "Names of its doors, ; between them. Empty: one, called like the device."),
    ("auth", "Login", "digest, basic, none or allowlist. Empty: digest."),
    ("user", "User", "Of its HTTP API."),
    ("password", "Password", "Of its HTTP API. Delete the file when the devices are here."),
    ("firmware", "Firmware", "Optional."),
)
"""Key, heading and hint of each column of the template."""

AUTHS = ("digest", "basic", "none", "allowlist")


@dataclass(frozen=True, slots=True)
class SheetRowRead:
    """The texts of one row by column, with its number in the file."""

    number: int
    texts: Mapping[str, str] = field(repr=False)


class SheetDevice(Frozen):
    """What a row of a spreadsheet would add: the draft, or what is wrong with it by heading."""

    row: int
    name: str
    draft: DeviceDraft | None = None
    errors: dict[str, str] = {}

    @property
    def good(self) -> bool:
        """Whether it can be added."""
        return self.draft is not None and not self.errors


def rows_of(sheets: Iterable[Sheet]) -> list[SheetRowRead]:
    """The rows of the first sheet under its headings, in any order of columns; raises Invalid (file)."""
    sheet = next(iter(sheets), None)
    if sheet is None or not sheet.rows:
        raise Invalid({"file": "This file has no rows. Write the template first, and fill it in."})
    known = {fold(heading): key for key, heading, _ in COLUMNS} | {key: key for key, _, _ in COLUMNS}
    head, *rest = sheet.rows
    keys = [known.get(fold(text_of(cell).strip())) for cell in head.cells]
    needed = ("name", "model", "mac", "address")
    if missing := [heading for key, heading, _ in COLUMNS if key in needed and key not in keys]:
        raise Invalid({"file": f"The first row must name the columns; {', '.join(missing)} is missing."})
    if len(rest) > ROWS_MOST:
        raise Invalid({"file": f"At most {ROWS_MOST} devices at once, this file has {len(rest)}."})
    return [
        SheetRowRead(
            row.number,
            {key: text_of(cell).strip() for key, cell in zip(keys, row.cells, strict=False) if key is not None},
        )
        for row in rest
    ]
