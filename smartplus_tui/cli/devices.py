"""`smartplus device` (features DEV-01, DEV-02, DEV-13)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backend.catalog.devices import DEVICE
from backend.catalog.words import DEVICE_KINDS
from backend.domain.enums import DeviceKind
from backend.domain.errors import Invalid, Unreachable
from backend.domain.names import printable
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.exits import Exit
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.pages import show_record
from smartplus_tui.cli.references import find_apartment, find_building, find_device, find_group
from smartplus_tui.cli.secret_input import SecretParameter, read_secret
from smartplus_tui.cli.verbs import Binding, Typed, record_group
from smartplus_tui.cli.writes import NO_AGENT, confirm, finish

if TYPE_CHECKING:
    from backend.domain.device_drafts import FindingRecord
    from backend.domain.devices import DeviceRecord
    from backend.domain.records import Saved
    from backend.domain.relay_holds import HoldOpen

ANSWER_WITHIN = 75.0
"""Seconds: a question lives 60 at most, and the agent writes its end down."""
LOOK_EVERY = 0.1
AUTHS = ("none", "basic", "digest", "allowlist")


def _get(call: Call, device_id: int) -> DeviceRecord:
    return call.engine.devices.get(call.context, device_id)


def _add(call: Call, values: Values, typed: Typed) -> Saved:
    from backend.domain.device_drafts import DeviceDraft

    if typed["by_hand"]:
        return _add_by_hand(call, values, typed)
    user, password = values.get("http_user", ""), values.get("password", "")
    found = find_at(call, values.get("address", ""), user, password)
    found.demand_usable()
    draft = DeviceDraft(
        name=values.get("name", ""),
        building_id=values.get("building_id"),
        apartment_id=values.get("apartment_id"),
        kind=DeviceKind(typed["kind"]),
        model=found.model,
        mac=found.mac,
        firmware=found.firmware,
        profile=found.profile,
        scheme=found.scheme,
        host=found.host,
        port=found.port,
        auth=found.auth,
        http_user=user,
        password=password,
        tls_pin=found.tls_pin,
        legacy_tls=found.legacy_tls,
        relay_names=typed["door"],
    )
    return call.engine.devices.add(call.act(), draft)


def _add_by_hand(call: Call, values: Values, typed: Typed) -> Saved:
    """Add a device without asking it anything: what is known of it is typed."""
    from backend.domain.device_address import typed_address
    from backend.domain.device_drafts import DeviceDraft

    place, bad = typed_address(values.get("address", ""))
    draft = DeviceDraft(
        name=values.get("name", ""),
        building_id=values.get("building_id"),
        apartment_id=values.get("apartment_id"),
        kind=DeviceKind(typed["kind"]),
        model=typed["model"],
        mac=typed["mac"],
        firmware=typed["firmware"],
        profile=typed["model"].upper(),
        scheme=place.scheme,
        host=place.host,
        port=place.port,
        auth=typed["auth"],
        http_user=values.get("http_user", ""),
        password=values.get("password", ""),
        tls_pin=typed["tls_pin"],
        relay_names=typed["door"],
    )
    try:
        return call.engine.devices.add(call.act(), draft)
    except Invalid as error:
        raise Invalid({**error.fields, **bad}) from None


def _edit(call: Call, device_id: int, values: Values, typed: Typed) -> Saved:
    version = _get(call, device_id).version
    return call.engine.devices.edit(
        call.act(), device_id, version, name=values.get("name"), relay_names=typed["door"], dtmf=typed["dtmf"]
    )


def _delete(call: Call, ids: Sequence[int], _count: int | None) -> Saved:
    return call.engine.devices.delete(call.act(), ids[0])


def _losses(call: Call, ids: Sequence[int]) -> list[str]:
    names = ", ".join(_get(call, one).name for one in ids)
    return [f"{names}: its doors leave every access group. What it holds stays on it, and undo cannot bring it back."]


def find_at(call: Call, address: str, user: str, password: str) -> FindingRecord:
    """What the agent finds at an address; raises Invalid (address), Unreachable without an agent."""
    if not call.engine.agents.state().alive:
        raise Unreachable(NO_AGENT)
    command = call.engine.devices.identify(call.act(), address, user, password)
    deadline = time.monotonic() + ANSWER_WITHIN
    while time.monotonic() < deadline:
        found = call.engine.devices.finding(call.context, command)
        if found is not None:
            return found
        time.sleep(LOOK_EVERY)
    raise Unreachable("The agent did not answer. Check that it runs, then try again.")


def _new_doors() -> list[click.Parameter]:
    kinds = click.Choice([choice.value for choice in DEVICE_KINDS])
    default = DeviceKind.MULTI_DOOR_PHONE.value
    return [
        click.Option(["--kind"], type=kinds, default=default, show_default=True, help="Type of the device."),
        click.Option(["--door"], multiple=True, metavar="NAME", help="Name of a relay, in their order; repeat it."),
        click.Option(["--by-hand"], is_flag=True, help="Ask the device nothing: --model and --mac say what it is."),
        click.Option(["--model"], default="", metavar="MODEL", help="Its model, as in X916; with --by-hand."),
        click.Option(["--mac"], default="", metavar="MAC", help="Its MAC address; with --by-hand."),
        click.Option(["--firmware"], default="", metavar="VERSION", help="Its firmware; with --by-hand."),
        click.Option(["--auth"], type=click.Choice(AUTHS), default="digest", show_default=True,
                     help="How its HTTP API logs us in; with --by-hand."),
        click.Option(["--tls-pin"], default="", metavar="SHA256", help="Of its certificate; with --by-hand."),
    ]  # fmt: skip


def _known_doors() -> list[click.Parameter]:
    return [
        click.Option(["--door"], multiple=True, metavar="N=NAME", callback=_numbered, help="Rename relay N."),
        click.Option(["--dtmf"], multiple=True, metavar="N=CODE", callback=_numbered, help="DTMF code of relay N."),
    ]


def _numbered(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[int, str]:
    """ "2=Side" as {2: "Side"}."""
    found: dict[int, str] = {}
    for text in given:
        number, sign, value = text.partition("=")
        if not (sign and number.isascii() and number.isdigit()):
            raise click.BadParameter("write the number of the relay first, as in 1=Side.")
        found[int(number)] = value
    return found


_EXTRA: dict[str, Callable[[], list[Any]]] = {"add": _new_doors, "edit": _known_doors}

device = record_group(
    Binding(
        DEVICE,
        get=_get,
        add=_add,
        edit=_edit,
        delete=_delete,
        losses=_losses,
        without={"edit": frozenset({"building_id", "apartment_id", "address", "http_user", "password"})},
        extra=_EXTRA,
        also={"http_user": "user"},
    )
)


@device.command()
@click.argument("address")
@click.option("--user", default="", metavar="USER", help="Of the device's HTTP API.")
@click.option("--password", type=SecretParameter(), default="", help="Its password; - asks for it.")
@pass_call
def identify(call: Call, address: str, user: str, password: str) -> None:
    """Ask the agent what stands at an address; 1 when it cannot be added as it is."""
    call.act()  # signing in comes first: where both come by standard input, its password is the first line
    found = find_at(call, address, user, read_secret("Password") if password else "")
    if call.json:
        emit(found, call.formats)
    else:
        show_record(call, DEVICE, found)
    if not found.usable:
        click.get_current_context().exit(Exit.REFUSED)


@device.command("hold-open")
@click.argument("record_id", metavar="ID")
@click.option("--relay", type=click.IntRange(1, 4), default=1, show_default=True, help="Which of its relays.")
@click.option("--group", multiple=True, metavar="GROUP", help="An access group whose hours count; repeat it.")
@click.option("--off", is_flag=True, help="Hold it open no more.")
@pass_call
def hold_open(call: Call, record_id: str, relay: int, group: tuple[str, ...], off: bool) -> None:
    """Hold a door open in the hours of access groups, or show by which it is held."""
    if off and group:
        raise click.UsageError("Name groups or --off, not both.")
    context = call.act()
    found = _get(call, find_device(call.engine, context, record_id))
    relay_id = next((one.id for one in found.relays if one.number == relay), None)
    if relay_id is None:
        raise Invalid({"relay": f"{found.name} has no relay {relay}."})
    record = call.engine.relay_holds.get(context, relay_id)
    if not group and not off:
        show_hold(call, record)
        return
    group_ids = record.group_ids if off else [find_group(call.engine, context, one) for one in group]
    saved = call.engine.relay_holds.set(context, relay_id, record.version, on=not off, group_ids=group_ids)
    finish(call, saved, f"{record.door} is held open by no hours" if off else f"{record.door} is held open by hours")


def show_hold(call: Call, record: HoldOpen) -> None:
    """Say by which groups a door is held open."""
    if call.json:
        emit(record.model_dump(mode="json"))
        return
    tell(printable(f"{record.door}: {'held open in these hours' if record.on else 'not held open'}."))
    for name, hours in zip(record.groups, record.hours, strict=True):
        tell(printable(f"  {name}, {hours}"))
    if record.refusal:
        tell(record.refusal)


@device.command()
@click.argument("record_id", metavar="ID")
@click.option("--building", metavar="BUILDING", help="Its name or id:N.")
@click.option("--apartment", metavar="APT", help="As in A 1001: the device is private there.")
@click.option("--everywhere", is_flag=True, help="It serves the whole community.")
@pass_call
def place(call: Call, record_id: str, building: str | None, apartment: str | None, everywhere: bool) -> None:
    """Move a device; its doors change their default groups with it."""
    if bool(building) + bool(apartment) + everywhere != 1:
        raise click.UsageError("Name one of --building, --apartment and --everywhere.")
    found = _get(call, find_device(call.engine, call.context, record_id))
    saved = call.engine.device_setup.place(
        call.act(),
        found.id,
        found.version,
        building_id=find_building(call.engine, call.context, building) if building else None,
        apartment_id=find_apartment(call.engine, call.context, apartment) if apartment else None,
    )
    finish(call, saved, "Moved device")


@device.command()
@click.argument("record_id", metavar="ID")
@click.option("--address", metavar="ADDRESS", help="192.0.2.20 or https://192.0.2.20.")
@click.option("--mac", metavar="MAC", help="Another MAC is another device: nothing is known of it.")
@click.option("--auth", type=click.Choice(AUTHS), help="How its HTTP API logs us in.")
@click.option("--user", "http_user", metavar="USER", help="Of the device's HTTP API.")
@click.option("--password", type=SecretParameter(), help="Its password; - asks for it.")
@click.option("--tls-pin", metavar="SHA256", help="Of its certificate; an empty one is none.")
@pass_call
def address(call: Call, /, record_id: str, **typed: Any) -> None:
    """Change how a device is reached, after a warning where it is another device."""
    from backend.domain.device_drafts import Reach

    found = _get(call, find_device(call.engine, call.context, record_id))
    if typed["password"] == "-":
        typed["password"] = read_secret("Password")
    if typed["mac"]:
        what = "What the old device held can never be proved gone; its logs stay."
        confirm(call, f"Replace {found.name} by the device with MAC {typed['mac']}?", lambda: [what])
    saved = call.engine.device_setup.readdress(call.act(), found.id, found.version, Reach(**typed))
    finish(call, saved, "Changed address of device")


@device.command()
@click.argument("file", type=click.Path(path_type=Path))
@pass_call
def template(call: Call, file: Path) -> None:
    """Write the empty template of devices to FILE.xlsx or FILE.csv."""
    call.act()
    call.engine.files.write_device_template(file)
    if call.json:
        emit({"path": str(file)})
    else:
        tell(f"Wrote {file}.")


@device.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Judge every row, add nothing.")
@click.option("--good-only", is_flag=True, help="Add the good rows although others are bad.")
@pass_call
def import_devices(call: Call, file: Path, dry_run: bool, good_only: bool) -> None:
    """Add the devices of a spreadsheet by hand: all of them, or with --good-only those that can be."""
    context = call.act()
    rows = call.engine.device_sheets.check(context, call.engine.files.read_sheets(file))
    good = [row.draft for row in rows if row.draft is not None]
    bad = len(rows) - len(good)
    for row in rows:
        for column, text in row.errors.items():
            say(printable(f"Row {row.row} {row.name}, {column}: {text}"))
    added = 0
    if good and not dry_run and (not bad or good_only):
        call.engine.device_sheets.add(context, good)
        added = len(good)
    if call.json:
        emit({"good": len(good), "bad": bad, "added": added})
    else:
        tell(f"{len(good)} good, {bad} bad, {added} added.")
    if bad:
        click.get_current_context().exit(Exit.PARTLY if added else Exit.REFUSED)
