"""The client of one Akuvox device: what can be asked of it, as typed calls (protocol 1.4 to 1.11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Self

from backend.devices.address import Auth, DeviceAddress, Endpoint, Secret
from backend.devices.door_log import LogCollector, LogPage, LogRead, read_log_line
from backend.devices.envelope import Record, text_of
from backend.devices.errors import ApiUnsupported, BadAnswer, DeviceRefused, RelayRefused
from backend.devices.profiles import Profile
from backend.devices.relay_schedules import keys_of, read_relay_schedule, write_relay_schedule
from backend.devices.results import ItemResult
from backend.devices.schedules import RemoteSchedule, ScheduleBody, ScheduleKind, read_schedule, write_schedule
from backend.devices.session import Session, accepted
from backend.devices.system import DeviceInfo, DeviceStatus, read_info, read_relays, read_status
from backend.devices.users import RemoteUser, UserBody, face_file, read_user, write_user
from backend.domain.doors import RELAY_LETTERS
from backend.domain.errors import Invalid

__all__ = [
    "Auth",
    "DeviceAddress",
    "DeviceClient",
    "DeviceInfo",
    "DeviceStatus",
    "Endpoint",
    "ItemResult",
    "RemoteSchedule",
    "RemoteUser",
    "ScheduleBody",
    "ScheduleKind",
    "Secret",
    "UserBody",
]

LARGEST_FACE = 200_000
"""Bytes of a photo that a device takes (protocol 1.7)."""
_MAX_DELAY = 65_535
_MAX_VALUE = 1_024
_SEARCHED_AT_MOST = 3  # changing more users than this reads the list once instead of searching for each


class DeviceClient:
    """Everything we ask of one device, one request at a time; use it as an async context manager.

    Every call raises the errors of `backend.devices.errors`; values that no device would take raise `Invalid` before
    anything is sent. `timeout` is seconds for a whole request, `gap` replaces the profile's.
    """

    def __init__(self, endpoint: Endpoint, profile: Profile, *, timeout: float = 12, gap: float | None = None) -> None:
        self._session = Session(endpoint, profile, timeout=timeout, gap=gap)
        self._profile = profile

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close what is open."""
        await self._session.wire.aclose()

    @property
    def last_date(self) -> datetime | None:
        """The device's clock in UTC, from the HTTP Date of its last answer."""
        return self._session.wire.last_date

    @property
    def moved_to(self) -> DeviceAddress | None:
        """The HTTPS address the device sent us to; worth storing, as every new client is sent there again."""
        return self._session.wire.moved_to

    async def info(self, *, urgent: bool = False) -> DeviceInfo:
        """Model, MAC and firmware; `urgent` goes before what waits. Raises `NotAkuvox` where no model is named."""
        return read_info(await self._session.read("system", "info", urgent=urgent))

    async def status(self) -> DeviceStatus:
        """The device's clock and uptime."""
        return read_status(await self._session.read("system", "status"))

    async def users(self) -> list[RemoteUser]:
        """All users, cloud ones included. Raises `BadAnswer` where the list cannot be told complete."""
        return [read_user(record, self._profile) for record in await self._session.read_all("user")]

    async def find_users(self, *, name: str | None = None, user_id: str | None = None) -> list[RemoteUser]:
        """The users of exactly this name and user ID, None for any.

        Devices search by name only, and by parts of it: hits are compared here. Without a hit the whole list is read,
        since the absence of a user must be certain.
        """

        def wanted(users: Iterable[RemoteUser]) -> list[RemoteUser]:
            return [user for user in users if name in (None, user.name) and user_id in (None, user.user_id)]

        found = wanted(await self._search(name)) if name else []
        return found or wanted(await self.users())

    async def _search(self, name: str) -> list[RemoteUser]:
        try:
            records = await self._session.read_all("user", {"NameOrCode": name})
        except (ApiUnsupported, BadAnswer, DeviceRefused):  # the search is not proven on every model
            return []
        found = (read_user(record, self._profile) for record in records)
        return [user for user in found if user.name == name]

    async def add_users(self, bodies: Sequence[UserBody]) -> list[ItemResult]:
        """Add users in bulk requests; one result each, with the new record's id where the device tells it.

        Not repeatable: after an ambiguous error read back first. `DeviceFull` and wire errors carry `done`.
        """
        records = [write_user(replace(body, base=None, remote_id=""), self._profile) for body in bodies]
        return await self._session.act_on("user", "add", records)

    async def set_users(self, bodies: Sequence[UserBody]) -> list[ItemResult]:
        """Change users by `remote_id`, keeping every field of the record that is not ours (a set replaces it whole).

        Records without `base` are read first. One that is gone or belongs to a cloud is a failed result, not sent.
        """

        def write(index: int, base: Record) -> Record:
            return write_user(replace(bodies[index], base=base), self._profile)

        for body in bodies:
            write_user(body, self._profile)  # all are checked before anything is asked or sent
        bases = await self._user_bases(bodies)
        return await self._session.change("user", [body.remote_id for body in bodies], bases, write)

    async def _user_bases(self, bodies: Sequence[UserBody]) -> dict[str, Record]:
        bases: dict[str, Record] = {body.remote_id: dict(body.base) for body in bodies if body.base is not None}
        missing = [body for body in bodies if body.remote_id not in bases]
        if len(missing) <= _SEARCHED_AT_MOST:
            for body in missing:
                bases |= {user.remote_id: user.raw for user in await self._search(body.name)}
        if any(body.remote_id not in bases for body in missing):
            bases = {user.remote_id: user.raw for user in await self.users()} | bases
        return bases

    async def upload_face(self, name: str, jpeg: bytes) -> None:
        """Put a photo on the device, so that a user can be told of it as `face`; repeatable.

        Raises Invalid for more than 200 kB, and where the line of devices takes no photos.
        """
        if not self._profile.faces:
            raise Invalid({"face": "The device takes no photos of faces."})
        if len(jpeg) > LARGEST_FACE:
            raise Invalid({"face": f"A photo of a face has at most {LARGEST_FACE // 1_000} kB."})
        await self._session.upload("Face", face_file(name), jpeg)

    async def delete_users(self, remote_ids: Sequence[str]) -> list[ItemResult]:
        """Delete users by record id; repeatable, though a record that is gone may be reported as a failed one."""
        return await self._session.act_on("user", "del", [{"ID": remote_id} for remote_id in remote_ids])

    async def schedules(self) -> list[RemoteSchedule]:
        """All schedules, the two built-in ones included where the device lists them."""
        return [read_schedule(record) for record in await self._session.read_all("schedule")]

    async def add_schedules(self, bodies: Sequence[ScheduleBody]) -> list[ItemResult]:
        """Add schedules; read them back for the `ref` that grants use."""
        records = [write_schedule(replace(body, base=None, remote_id="")) for body in bodies]
        return await self._session.act_on("schedule", "add", records)

    async def set_schedules(self, bodies: Sequence[ScheduleBody]) -> list[ItemResult]:
        """Change schedules by `remote_id`, in the manner of `set_users`."""

        def write(index: int, base: Record) -> Record:
            return write_schedule(replace(bodies[index], base=base))

        for body in bodies:
            write_schedule(body)
        bases: dict[str, Record] = {body.remote_id: dict(body.base) for body in bodies if body.base is not None}
        if any(body.remote_id not in bases for body in bodies):
            bases = {schedule.remote_id: schedule.raw for schedule in await self.schedules()} | bases
        return await self._session.change("schedule", [body.remote_id for body in bodies], bases, write)

    async def delete_schedules(self, remote_ids: Sequence[str]) -> list[ItemResult]:
        """Delete schedules by record id."""
        return await self._session.act_on("schedule", "del", [{"ID": remote_id} for remote_id in remote_ids])

    async def trigger_relay(self, number: int, *, delay: int = 5, hold: bool = False) -> None:
        """Open a door: switch relay `number` for `delay` seconds, or until told otherwise with `hold`.

        Sent once and never again; it goes before everything that waits. Raises `RelayRefused` where the device says
        no, and errors with `ambiguous` set where the door may be open all the same.
        """
        if not 0 <= delay <= _MAX_DELAY:
            raise Invalid({"delay": f"A relay closes again after 0 to {_MAX_DELAY} seconds."})
        await self._switch(number, mode=int(hold), level=0, delay=delay)

    async def release_relay(self, number: int) -> None:
        """End a `hold`: put relay `number` back to rest. Errors as for `trigger_relay`."""
        await self._switch(number, mode=1, level=1, delay=0)

    async def shut_relay(self, number: int) -> bool:
        """Put a relay that stands open back to rest; answers whether it is seen to be shut. Errors as `trigger_relay`.

        What a manual level means is read in two ways (protocol 1.5): as the level that the status reports, tried first,
        and as the contact that is joined. A relay that stands open is not harmed by the wrong one.
        """
        letter = RELAY_LETTERS[number - 1]
        kinds = await self.config_get(
            [f"Config.DoorSetting.RELAY.{key}" for key in (f"Type{letter}", f"Relay{letter}Type")]
        )
        rest = "1" in kinds.values()
        for level in (rest, not rest):
            if (await self.relay_status()).get(number, rest) == rest:
                return True
            await self._switch(number, mode=1, level=int(level), delay=0)
        return (await self.relay_status()).get(number, rest) == rest

    async def _switch(self, number: int, *, mode: int, level: int, delay: int) -> None:
        """Mode 1 stays; level 0 joins NO with COM, which is the switched state, level 1 NC with COM, which is rest."""
        if not 1 <= number <= self._profile.relays:
            raise Invalid({"relay": f"The device has the relays 1 to {self._profile.relays}."})
        data: Record = {"num": number, "mode": mode, "level": level, "delay": delay}
        envelope = await self._session.act("relay", "trig", data, urgent=True)
        if not envelope.ok:
            raise RelayRefused(envelope.retcode, envelope.message)

    async def relay_status(self) -> dict[int, bool]:
        """Relay numbers to True for a switched contact; what that means depends on the relay type set there."""
        return read_relays(await self._session.read("relay", "status"))

    async def relay_schedules(self, numbers: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Relay numbers to the schedules, by reference, that keep each of them open."""
        asked = sorted(numbers)
        values = await self.config_get(keys_of(asked))
        return {number: read_relay_schedule(values, number) for number in asked}

    async def set_relay_schedule(self, number: int, refs: Iterable[str]) -> bool:
        """Keep a relay open in these schedules, or by none; answers whether the device took it."""
        return not await self.config_set(write_relay_schedule(number, refs))

    async def door_log(self, page: int = 1) -> LogPage:
        """One page of the door log, page 1 being the newest."""
        envelope = await self._session.read("doorlog", "get", {"page": str(page)})
        return LogPage(envelope.total, [read_log_line(record) for record in envelope.items])

    async def door_log_since(self, last_id: int | None, max_pages: int = 20) -> LogRead:
        """What the door log holds after the line `last_id`, oldest first; None for all that `max_pages` have."""
        collector = LogCollector(last_id)
        for page in range(1, max_pages + 1):
            if collector.take(await self.door_log(page)):
                break
        return collector.result()

    async def config_get(self, keys: Sequence[str] | None = None) -> dict[str, str]:
        """Configuration values by their autop key: all, or those of `keys` that the device knows."""
        if keys is None or self._profile.dialect == "get_set":
            data = (await self._session.read("config", "get")).data
        else:
            asked: Record = {"item": list(keys)}
            data = accepted(await self._session.act("config", "get", asked, effect=False)).data
        values = {key: text_of(value) for key, value in data.items() if key.startswith("Config.")}
        return values if keys is None else {key: values[key] for key in keys if key in values}

    async def config_set(self, values: Mapping[str, str]) -> list[str]:
        """Write configuration values and read them back; returns the keys that the device did not take.

        Firmware ignores unknown keys in silence. A password that reads back masked counts as not taken: prove it by
        a new connection. Raises `Invalid` for a value over 1,024 characters or with control characters.
        """
        for key, value in values.items():
            if len(value) > _MAX_VALUE or not value.isprintable():
                raise Invalid({key: "This value cannot be stored in a device."})
        if self._profile.dialect == "get_set":
            for key, value in values.items():
                await self._session.read("config", "set", {key: value}, effect=True)
        elif values:
            accepted(await self._session.act("config", "set", dict(values)))
        held = await self.config_get(list(values)) if values else {}
        return [key for key, value in values.items() if held.get(key) != value]

    async def reboot(self) -> None:
        """Restart the device. A device that goes down before it answers raises an ambiguous `ConnectionLost`."""
        if self._profile.dialect == "get_set":
            await self._session.read("system", "reboot", effect=True)
        else:
            accepted(await self._session.act("system", "reboot", {}))
