"""Settings of the whole site: mail server, SMS gateway, and what is so without being set (feature SET-05; rules 15)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select, update

from backend.catalog.settings import MANAGERS, SETTINGS
from backend.domain.context import Context, new_id
from backend.domain.enums import OutgoingKind, OutgoingState
from backend.domain.errors import Conflict, Invalid
from backend.domain.names import check_email, printable
from backend.domain.records import Saved
from backend.domain.site_settings import SettingRecord, SiteFacts, check_mail, check_sms
from backend.services.agents import agent_record
from backend.services.base import Service, replayed, saved
from backend.services.outbox import NEEDS, can_send, post_mail, post_sms
from backend.services.setting_values import SECRETS, read_values, write_values
from backend.store import tables as t
from backend.store.keys import load_key
from backend.store.site import Site
from backend.store.work import Work

TEST_TEXT = "This is a test of SmartPlus. Who can read it has the way of its messages in order."


class Settings(Service):
    """What an installer sets once for the site."""

    def all(self, context: Context) -> tuple[SettingRecord, ...]:
        """Every setting in the order of its form; a secret only as set or not."""
        with self.store.read(context, "setting.read") as connection:
            values = read_values(connection, self.store.sealer)
        return tuple(
            SettingRecord(
                name=one.name,
                label=one.label,
                section=one.section,
                value="" if one.name in SECRETS else values[one.name],
                secret=one.name in SECRETS,
                is_set=bool(values[one.name]),
            )
            for one in SETTINGS
        )

    def facts(self, context: Context) -> SiteFacts:
        """Where the site's key comes from, its database, the address at which devices reach the agent."""
        with self.store.read(context, "setting.read") as connection:
            agent = agent_record(connection, self.store.clock())
        path = self.store.path
        return SiteFacts(
            key_from=load_key(Site(path.parent), create=False).where,
            database=str(path),
            database_bytes=path.stat().st_size,
            agent_url=agent.base_url,
            agent_alive=agent.alive,
        )

    def edit(self, context: Context, changes: Mapping[str, str]) -> Saved:
        """Change settings by name; "" clears one. What failed to leave before is tried at once with the new ones.

        What waits in the Outbox is not sent by this: it may be days old. Raises Invalid by the names of the settings.
        """
        wanted = _checked(changes)
        with self.store.write(context, "setting.edit") as work:
            work.require("setting.edit" if wanted.keys() <= MANAGERS else "setting.write")
            if work.replayed is not None:
                return replayed(work)
            values = {**read_values(work.connection, work.sealer), **wanted}
            check_mail(values)
            check_sms(values)
            write_values(work, wanted)
            _try_again(work)
            labels = [one.label for one in SETTINGS if one.name in wanted]
            sections = dict.fromkeys(one.section for one in SETTINGS if one.name in wanted)
            work.tell(f"Changed settings: {', '.join(labels)}", "setting", None, ", ".join(sections), undoable=False)
            work.touch("settings", "outbox")
            return saved(work, 0)

    def test(self, context: Context, kind: OutgoingKind, to: str) -> int:
        """Post a test to an address or number and answer its id in the Outbox, where the server's words will stand.

        Raises Invalid (to), Conflict where no server or gateway is configured.
        """
        with self.store.write(context, "setting.test") as work:
            work.require("setting.write")
            if work.replayed is not None:
                return int(work.replayed)
            if not can_send(work.connection, kind):
                what = "mail server" if kind is OutgoingKind.MAIL else "gateway"
                raise Conflict(NEEDS[kind], f"No {what} is configured. Set it first.")
            work.result = posted = _post_test(work, kind, to)
            work.tell("Sent a test", "outgoing", posted, to, undoable=False)
            return posted


def _checked(changes: Mapping[str, str]) -> dict[str, str]:
    """The changes with their texts in order; raises Invalid naming every bad one."""
    known = {one.name: one for one in SETTINGS}
    bad: dict[str, str] = {}
    for name, value in changes.items():
        field = known.get(name)
        if field is None:
            bad[name] = "There is no such setting."
        elif len(value) > field.max_length > 0:
            bad[name] = f"At most {field.max_length} characters, this has {len(value)}."
        elif printable(value) != value:
            bad[name] = "This has characters that cannot be seen, such as a line break."
        elif field.choices and value not in {choice.value for choice in field.choices}:
            bad[name] = f"Choose one of {', '.join(choice.value for choice in field.choices)}."
    if (path := changes.get("mail.ca_file", "").strip()) and (sentence := _wrong_authority(path)):
        bad["mail.ca_file"] = sentence
    if bad:
        raise Invalid(bad)
    if not changes:
        raise Invalid({"": "Nothing was changed."})
    return dict(changes)


def _wrong_authority(path: str) -> str:
    """What is wrong with a file of certificates, "" for nothing."""
    import ssl

    if not Path(path).is_absolute():
        return "Write the whole path of the file, from / on."
    try:
        ssl.create_default_context(cafile=path)
    except (OSError, ValueError):
        return "This file cannot be read, or holds no certificate in PEM."
    return ""


def _try_again(work: Work) -> None:
    """Have the agent try what a server would not take, without waiting for its time."""
    o = t.outgoing
    waits = (OutgoingState.QUEUED.value, OutgoingState.FAILED.value)
    if work.connection.execute(
        select(o.c.id).where(o.c.state.in_(waits), o.c.not_before.is_not(None)).limit(1)
    ).first():
        work.connection.execute(update(o).where(o.c.state.in_(waits)).values(not_before=None))


def _post_test(work: Work, kind: OutgoingKind, to: str) -> int:
    key = f"test {new_id()}"
    try:
        if kind is OutgoingKind.SMS:
            return post_sms(work, purpose="Test", key=key, to=to.replace(" ", ""), text=TEST_TEXT)
        address = check_email(to)
        return post_mail(work, purpose="Test", key=key, to=address, subject="Test of SmartPlus", text=TEST_TEXT)
    except Invalid as error:
        raise Invalid({"to": str(error)}) from None
