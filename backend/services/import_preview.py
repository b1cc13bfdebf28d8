"""What an import would do, row by row and door by door, before anything is written (feature RES-15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from backend.domain.access.results import DoorPlan
from backend.domain.access.rules import Credential, Holder, Rules
from backend.domain.enums import CredentialKind, Verdict
from backend.domain.floors import split_floors
from backend.domain.imports import ImportDraft, Preview, PreviewRow
from backend.domain.sentences import sentences
from backend.services.import_check import Checker
from backend.services.import_checked import Checked
from backend.services.import_clashes import settle
from backend.services.import_world import read_world
from backend.services.plans import door_plans
from backend.services.rules import load_rules
from backend.store.seal import Sealer

_NEW = 2**62
"""Ids that no row has, of people and credentials who are not saved."""


def check_rows(
    connection: Connection, sealer: Sealer, community_id: int, draft: ImportDraft, *, may_create: bool
) -> list[Checked]:
    """Every row of a draft against the rules and what is there, in the order of writing."""
    checker = Checker(read_world(connection, community_id), draft, may_create=may_create)
    rows = checker.check()
    settle(connection, sealer, checker, rows)
    return rows


def preview_of(draft: ImportDraft, rows: Sequence[Checked]) -> Preview:
    """The rows as a person reads them, in the order of the file."""
    shown = tuple(_row(row) for row in sorted(rows, key=lambda row: row.parsed.number))
    return Preview(draft.kind, draft.sheet.source, draft.columns, shown, heading=_heading(draft))


def plan_rows(
    connection: Connection, sealer: Sealer, community_id: int, rows: Sequence[Checked], now: datetime
) -> tuple[DoorPlan, ...]:
    """What each door would receive and lose by the rows that are not refused."""
    good = [row for row in rows if not row.refused and row.acts is not Verdict.SAME]
    changed = {row.person.id: row for row in good if row.person is not None}
    before = load_rules(connection, sealer, community_id, holder_ids=sorted(changed))
    holders, credentials = dict(before.holders), dict(before.credentials)
    for holder_id, row in changed.items():
        if holder_id in holders:
            holders[holder_id] = _renamed(holders[holder_id], row, before)
            credentials[holder_id] = _changed(holder_id, row, before)
    for number, row in enumerate((row for row in good if row.person is None), start=1):
        holder_id = _NEW + number
        groups = frozenset(row.group_ids).intersection(before.groups)
        floors = tuple(split_floors(row.floors))
        holders[holder_id] = Holder(holder_id, row.name, True, groups, row.role is not None, floors)
        credentials[holder_id] = _of_row(holder_id, row)
    after = replace(before, holders=holders, credentials=credentials)
    return door_plans(connection, before, after, now)


def _row(row: Checked) -> PreviewRow:
    blank = not row.does and not row.refused
    refusals = sentences(note.text for note in row.notes if note.refuses)
    warnings = sentences(note.text for note in row.notes if not note.refuses)
    rest = ", ".join(row.does)
    says = refusals or warnings or rest
    return PreviewRow(
        number=row.parsed.number,
        verdict=row.verdict,
        building=row.building[1] if row.building else row.parsed.text("building"),
        apartment=row.number or row.parsed.text("apartment"),
        name=row.name,
        role=row.role.value if row.role else "",
        does="nothing differs" if blank and not warnings else says,
        notes=tuple(row.notes),
        rest=rest,
        acts=row.acts,
        typed=row.parsed.values,
    )


def _heading(draft: ImportDraft) -> str:
    if draft.faces:
        return ""
    if not draft.columns.heading_row:
        return "no headings: columns guessed by what they hold"
    left = sum(1 for field in draft.columns.fields if not field)
    return f"{left} column{'s' if left > 1 else ''} not understood" if left else ""


def _renamed(holder: Holder, row: Checked, rules: Rules) -> Holder:
    groups = row.patch.get("group_ids")
    wanted = holder.groups if groups is None else frozenset(groups).intersection(rules.groups)
    floors = tuple(row.patch.get("floors", holder.floors))
    return replace(holder, name=row.name, groups=wanted, floors=floors)


def _changed(holder_id: int, row: Checked, rules: Rules) -> tuple[Credential, ...]:
    """What somebody would have: a new PIN or face takes the place of the old, cards come beside."""
    there = rules.credentials.get(holder_id, ())
    new = [one for one in _of_row(holder_id, row) if (one.kind, one.value) not in {(o.kind, o.value) for o in there}]
    kinds = {one.kind.value for one in new if one.kind.value != "card"}
    return (*(one for one in there if one.kind.value not in kinds), *new)


def _of_row(holder_id: int, row: Checked) -> tuple[Credential, ...]:
    values = [(value.kind, value.text) for values in row.values.values() for value in values]
    if row.patch.get("face"):
        values.append((CredentialKind.FACE, f"row {row.parsed.number}"))
    return tuple(
        Credential(_NEW + row.parsed.number * 100 + number, holder_id, kind, text)
        for number, (kind, text) in enumerate(values)
    )
