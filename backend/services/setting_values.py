"""The settings of a site as the database holds them; secrets among them are sealed (feature SET-05)."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from backend.catalog.model import Kind
from backend.catalog.settings import DEFAULTS, SETTINGS
from backend.domain.site_settings import MailServer, SmsGateway, check_mail, check_sms
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work

SECRETS = frozenset(one.name for one in SETTINGS if one.kind is Kind.SECRET)


def read_values(connection: Connection, sealer: Sealer) -> dict[str, str]:
    """Every setting with its value or default, secrets in plain; raises Unreachable with another key."""
    stored = t.setting
    names = [one.name for one in SETTINGS]
    rows = connection.execute(select(stored.c.name, stored.c.value).where(stored.c.name.in_(names)))
    found = {row.name: _open(sealer, row.name, row.value) for row in rows}
    return {name: found.get(name, DEFAULTS.get(name, "")) for name in names}


def write_values(work: Work, changes: Mapping[str, str]) -> None:
    """Put checked values down; what is empty or the default has no row."""
    stored = t.setting
    work.connection.execute(delete(stored).where(stored.c.name.in_(changes)))
    rows = [
        {"name": name, "value": _seal(work.sealer, name, value)}
        for name, value in changes.items()
        if value != DEFAULTS.get(name, "")
    ]
    if rows:
        work.connection.execute(insert(stored), rows)


def mail_server(connection: Connection, sealer: Sealer) -> MailServer | None:
    """The mail server, None where none is configured."""
    return check_mail(read_values(connection, sealer))


def sms_gateway(connection: Connection, sealer: Sealer) -> SmsGateway | None:
    """The gateway for text messages, None where none is configured."""
    return check_sms(read_values(connection, sealer))


def _seal(sealer: Sealer, name: str, value: str) -> str:
    if name not in SECRETS or not value:
        return value
    return base64.b64encode(sealer.seal_text(f"setting.value:{name}", value)).decode()


def _open(sealer: Sealer, name: str, value: str) -> str:
    if name not in SECRETS or not value:
        return value
    return sealer.open_text(f"setting.value:{name}", base64.b64decode(value))
