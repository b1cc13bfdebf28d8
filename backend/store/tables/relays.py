"""Relays that hours keep open: the rule, and what the devices are known to do about it (rules 13.1)."""

from __future__ import annotations

from sqlalchemy import Index, Table

from backend.store.tables.columns import RULE, at, flag, ident, metadata, number, ref, words

relay_hold = Table(
    "relay_hold",
    metadata,
    ident(),
    ref("relay_id", "relay"),
    ref("group_id", "access_group"),
    Index("uq_relay_hold", "relay_id", "group_id", unique=True),
    info=RULE,
)
"""The access groups whose hours keep a relay open, while `relay.hold_open` is on."""
relay_held = Table(
    "relay_held",
    metadata,
    ident(),
    ref("device_id", "device"),
    number("number"),
    words("keys"),
    flag("unknown"),
    at("at"),
    Index("uq_relay_held", "device_id", "number", unique=True),
)
"""The schedules that a device keeps its relay open by, as keys joined by ";": "" once it was told to keep it shut.

A relay that was never kept open from here has no row, and its settings on the device are left alone. `unknown` says
that a request about it had an effect that nobody saw.
"""
