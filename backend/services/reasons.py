"""Why the refused lines of a log were refused, many at once and in few words (feature SYNC-05; task 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from backend.domain.access.brief import brief
from backend.domain.access.rules import Credential, Rules
from backend.domain.codes import mask
from backend.domain.context import Context
from backend.domain.enums import CredentialKind, LogResponse
from backend.services.past import walk_back
from backend.services.refusals import ended
from backend.store import tables as t
from backend.store.rows import IDS, chunks, select_rows
from backend.store.seal import Sealer

KINDS = {"pin": CredentialKind.PIN, "card": CredentialKind.CARD, "face": CredentialKind.FACE, "qr": CredentialKind.QR}
"""Action of a log line -> what was shown."""


def shown_of(rules: Rules, holder_id: int, kind: CredentialKind | None, key: str) -> list[Credential]:
    """What may have been shown, by its kind and masked value: those of this kind where none fits."""
    owned = [one for one in rules.credentials.get(holder_id, ()) if one.kind is kind]
    return [one for one in owned if mask(one.value) == key] or owned


def reasons_of(connection: Connection, sealer: Sealer, context: Context, log_ids: Iterable[int]) -> dict[int, str]:
    """Refused line -> why in few words, by the rules of its instant; lines that name nobody of ours are left out.

    The rules are walked back through once for all lines. Those beyond what is known of the past are left out too.
    """
    lines = _refused(connection, context, log_ids)
    at: dict[datetime, list[Row[Any]]] = defaultdict(list)
    for line in lines:
        at[line.happened_at].append(line)
    people = {line.holder_id for line in lines}
    gone = ended(connection, people, max(at)) if at else {}
    found = {}
    for instant, rows in walk_back(connection, sealer, context.community_id, at, people):
        rules = rows.rules(sealer)
        for line in at[instant]:
            shown = shown_of(rules, line.holder_id, KINDS.get(line.action), line.key)
            words = brief(rules, shown, line.relay_id, instant)
            found[line.id] = gone[line.holder_id].brief(words) if line.holder_id in gone else words
    return found


def _refused(connection: Connection, context: Context, log_ids: Iterable[int]) -> list[Row[Any]]:
    """The refused lines among these that name a person and a door of ours.

    The ids alone are asked for: beside any other condition a database may walk the log of a whole community instead.
    """
    found = (
        row for part in chunks(sorted(log_ids)) for row in connection.execute(select_rows(t.door_log), {IDS: part})
    )
    return [
        row
        for row in found
        if row.community_id == context.community_id
        and row.response == LogResponse.FAILED.value
        and row.holder_id is not None
        and row.relay_id is not None
    ]
