"""Devices: what their list, form, filter and commands show (rules 13; features DEV-01, DEV-02)."""

from __future__ import annotations

from backend.catalog.model import Choice, Field, Kind, Record, Verb
from backend.catalog.words import DEVICE_KINDS

DOOR_POSITIONS = (Choice("open", "open"), Choice("closed", "closed"), Choice("unknown", "unknown"))

DEVICE = Record(
    name="device",
    title="Devices",
    singular="device",
    fields=(
        Field("name", "Device", width=14, importance=0, formed=True, required=True, max_length=63, filtered=True,
              sorted=True, hint="What people call it: Main Gate"),
        Field("building", "Building", width=8, importance=3, short="b", filtered=True, sorted=True),
        Field("building_id", "Building", Kind.REFERENCE, listed=False, formed=True, refers="building",
              hint="None: it serves the whole community"),
        Field("apartment", "APT", listed=False, short="apt", filtered=True),
        Field("apartment_id", "APT", Kind.REFERENCE, listed=False, formed=True, refers="apartment",
              hint="of a device inside an apartment, which is private"),
        Field("model", "Model", width=7, importance=4, filtered=True, sorted=True),
        Field("firmware", "Firmware", width=16, importance=6, filtered=True),
        Field("kind", "Type", Kind.CHOICE, listed=False, choices=DEVICE_KINDS, short="type", filtered=True),
        Field("mac", "MAC", listed=False, filtered=True, truncate_middle=True),
        Field("address", "Address", listed=False, formed=True, required=True, filtered=True,
              hint="192.0.2.20 or https://192.0.2.20"),
        Field("http_user", "User", listed=False, formed=True, hint="Of the device's HTTP API, not of its web page"),
        Field("password", "Password", Kind.SECRET, listed=False, formed=True),
        Field("status", "State", Kind.STATE, width=13, importance=1, vocabulary="device", filtered=True),
        Field("door", "Door", Kind.CHOICE, width=8, importance=5, choices=DOOR_POSITIONS, filtered=True),
        Field("sync", "Sync", Kind.STATE, width=12, importance=2, vocabulary="sync", filtered=True),
        Field("read_at", "Read", Kind.AGE, width=5, importance=7, align_right=True),
        Field("trouble", "Trouble first", listed=False, sorted=True),
    ),
    verbs=(
        Verb("add", "Add device", "n", "device.write", undoable=False, needs_row=False),
        Verb("edit", "Edit", "e", "device.edit"),
        Verb("open", "Open door", "o", "door.open", danger=True, confirm_key="y", undoable=False),
        Verb("check", "Read back", "=", "device.edit", undoable=False, many=True),
        Verb("delete", "Remove", "d", "device.write", danger=True, confirm_key="x", undoable=False),
    ),
    topics=frozenset({"devices", "sync"}),
    default_sort="trouble",
    read_permission="device.read",
    empty="No device yet. n adds the first one by its address.",
)  # fmt: skip

RELAY_FIELDS = (
    Field("name", "Door", formed=True, required=True, max_length=63),
    Field("dtmf", "DTMF", formed=True, max_length=4, hint="One of 0-9 * #, or two to four digits"),
    Field("methods", "Access methods"),
    Field("hold_seconds", "Open for", Kind.INTEGER),
    Field("hold_open", "Held open by hours", Kind.FLAG),
)
"""The fields of each relay within the form of its device, and their labels in the operation log."""
