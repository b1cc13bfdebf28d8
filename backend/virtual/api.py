"""The local API of a device: targets, actions and their answers, without HTTP (device protocol 1.3 to 1.11)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from backend.virtual.core import VirtualDevice
from backend.virtual.envelope import (
    ERROR_PARAM,
    FAILED,
    Record,
    Refused,
    items_of,
    listing,
    page_number,
    reply,
)
from backend.virtual.settings import SECTIONS

BY_GET = frozenset(
    {("user", "clear"), ("system", "reboot"), ("config", "reset_factory"), ("config", "set")}
    | {(target, "get") for target in (*SECTIONS, "user", "schedule", "group", "contact", "doorlog", "calllog")}
    | {("system", "info"), ("system", "status"), ("relay", "status")}
)
"""What may be asked with GET; everything else takes POST."""

MAX_DELAY = 65535


class _Table(Protocol):
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Record]: ...
    def add(self, given: Record) -> None: ...
    def set(self, given: Record) -> None: ...
    def delete(self, given: Record) -> None: ...
    def clear(self) -> None: ...


@dataclass(frozen=True, repr=False)
class Call:
    """One request once its dialect is taken off: the body's target and action, the query's and body's data."""

    target: str
    action: str
    data: Mapping[str, Any] = field(default_factory=dict)
    by_get: bool = False


class Api:
    """Answers calls from what one device holds. Answers are envelopes; nothing raises."""

    def __init__(self, device: VirtualDevice) -> None:
        self._device = device
        self._profile = device.profile

    def answer(self, call: Call) -> Record:
        """Carry out `call`; every failure is an answer with a negative retcode."""
        actions = self._profile.actions.get(call.target)
        if actions is None:
            return reply("unknow", retcode=-1, message=self._profile.no_handler)
        forbidden = call.by_get and (call.target, call.action) not in BY_GET
        if call.action not in actions or forbidden:
            return reply(call.action, retcode=-1, message=self._profile.no_action)
        self._device.advance()
        try:
            return self._handler(call.target)(call)
        except Refused as refused:
            return reply(call.action, retcode=-1, message=refused.message)

    def _handler(self, target: str) -> Callable[[Call], Record]:
        if target in ("user", "schedule", "group", "contact"):
            return self._table
        if target == "filetool":
            return self._import
        return {
            "system": self._system,
            "config": self._settings,
            "sip": self._settings,
            "input": self._settings,
            "relay": self._relay,
            "doorlog": self._doorlog,
            "calllog": self._calllog,
        }[target]

    # -- system and configuration ------------------------------------------------------------------

    def _system(self, call: Call) -> Record:
        if call.action == "reboot":
            self._device.reboot()
            return self._done(call)
        if call.action == "info":
            return reply("info", self.info())
        seconds = {"SystemTime": int(self._device.instant().timestamp()), "UpTime": self._device.uptime()}
        return reply("status", {name: str(value) for name, value in seconds.items()})

    def info(self) -> Record:
        """Model, firmware, addresses and the state of the SIP accounts."""
        device, mac = self._device, self._device.config.plain_mac
        return {
            "Status": {
                "Model": self._profile.model,
                "MAC": ":".join(mac[at : at + 2] for at in range(0, 12, 2)),
                "FirmwareVersion": self._profile.firmware,
                "HardwareVersion": self._profile.hardware,
                "Uptime": str(device.uptime()),
                "WebLang": device.settings["Config.Settings.LANGUAGE.WebLang"],
            },
            self._profile.lan_key: {
                "IPAddress": device.config.address,
                "SubnetMask": device.settings["Config.Network.LAN.SubnetMask"],
                "Gateway": device.settings["Config.Network.LAN.DefaultGateway"],
                "LinkStatus": "Connected",
            },
            "Account1": {"Status": device.settings["Config.Account1.GENERAL.Enable"]},
            "Account2": {"Status": device.settings["Config.Account2.GENERAL.Enable"]},
        }

    def _settings(self, call: Call) -> Record:
        settings, prefix = self._device.settings, SECTIONS[call.target]
        if call.action == "get":
            keys = call.data.get("item")
            if keys is not None and not isinstance(keys, list):
                raise Refused(ERROR_PARAM)
            return reply("get", settings.section(prefix, keys))
        if call.action == "reset_factory":
            self._device.factory_reset()
        elif not self._device.faults.ignore_writes:
            settings.write(prefix, call.data)
            self._device.hooks.changed()
            self._device.advance()
            self._device.hooks.waiting()
        return self._done(call)

    def _import(self, call: Call) -> Record:
        """Take a file in; photos of faces are the only kind that is known here."""
        if call.data.get("destFile") != "Face" or not isinstance(call.data.get("file"), bytes):
            raise Refused(ERROR_PARAM)
        if not self._device.faults.ignore_writes:
            self._device.faces.take(str(call.data.get("filename", "")), call.data["file"])
            self._device.hooks.changed()
        return self._done(call)

    # -- relays ------------------------------------------------------------------------------------

    def _relay(self, call: Call) -> Record:
        if call.action == "status":
            return reply("status", self._device.relays.levels())
        if call.action != "trig":
            return self._settings(call)
        number = _integer(call.data, "num", 0, MAX_DELAY)
        mode, level = _integer(call.data, "mode", 0, 1), _integer(call.data, "level", 0, 1)
        delay = _integer(call.data, "delay", 0, MAX_DELAY)
        if number not in self._device.relays:
            raise Refused(ERROR_PARAM)
        if mode == 1:
            self._device.relays.hold(number, level)
        else:
            self._device.open_relay(number, seconds=delay)
        return self._done(call)

    # -- tables ------------------------------------------------------------------------------------

    def _table(self, call: Call) -> Record:
        device = self._device
        tables: dict[str, _Table] = {
            "user": device.users,
            "schedule": device.schedules,
            "group": device.groups,
            "contact": device.contacts,
        }
        table, faults = tables[call.target], device.faults
        if call.action == "get":
            return self._list(call, table)
        if call.action == "clear":
            if not faults.ignore_deletes:
                table.clear()
                device.hooks.changed()
            return self._done(call)
        items = items_of(call.data)
        if faults.ignore_deletes if call.action == "del" else faults.ignore_writes:
            return self._outcome(call, [None] * len(items))
        full = faults.full and (call.target, call.action) == ("user", "add")
        act = {"add": table.add, "set": table.set, "del": table.delete}[call.action]
        outcome = self._outcome(call, [_tried(_refuse if full else act, item) for item in items])
        device.hooks.changed()
        return outcome

    def _list(self, call: Call, table: _Table) -> Record:
        page = page_number(call.data.get("page"))
        if call.target != "user":
            return reply("get", listing(self._profile, table, len(table), page))
        users = self._device.users
        text = call.data.get("NameOrCode") or call.data.get("NameOrPerID")
        found = users.found(str(text)) if text else None
        total = len(users) if found is None else len(found)
        records = users if found is None else found
        data = listing(self._profile, records, total, page, whole=self._profile.whole_user_list, shown=users.shown)
        return reply("get", data)

    def _outcome(self, call: Call, results: list[Refused | None]) -> Record:
        """The answer to a batch: one `Ret` per item, the first failure's message when it counts as failed."""
        failed = [refused for refused in results if refused is not None]
        items = [{"Ret": 0 if refused is None else refused.ret} for refused in results]
        retcode = -1 if len(failed) == len(results) else self._profile.partial_retcode
        data = {self._profile.item_key: items}
        if failed and retcode < 0:
            return reply(call.action, data, retcode=retcode, message=failed[0].message)
        return self._done(call) | {"data": data}

    def _done(self, call: Call) -> Record:
        return reply(call.action, retcode=self._profile.mutation_retcode, message=self._profile.mutation_message)

    # -- logs --------------------------------------------------------------------------------------

    def _doorlog(self, call: Call) -> Record:
        log, page = self._device.log, page_number(call.data.get("page"))
        wanted = {name: str(call.data.get(name) or "") for name in ("Status", "NameOrCode")}
        if not any(wanted.values()):
            return reply("get", listing(self._profile, log, len(log), page))
        found = log.found(wanted)
        return reply("get", listing(self._profile, found, len(found), page))

    def _calllog(self, call: Call) -> Record:
        """No calls are made to or from a virtual device, its call log is empty."""
        return reply("get", listing(self._profile, (), 0, page_number(call.data.get("page"))))


def _tried(act: Callable[[Record], None], item: Record) -> Refused | None:
    try:
        act(item)
    except Refused as refused:
        return refused
    return None


def _refuse(_: Record) -> None:
    raise Refused(FAILED)


def _integer(data: Mapping[str, Any], name: str, low: int, high: int) -> int:
    """A JSON integer of `data` within its bounds, `low` when absent; raises Refused otherwise."""
    value = data.get(name, low)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Refused(ERROR_PARAM)
    return value
