"""`smartplus temp-key` (features VIS-01 to VIS-04)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backend.catalog.temp_keys import TEMP_KEY
from backend.domain.enums import Repeat
from backend.domain.errors import Conflict, Invalid
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.lists import export_command
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.references import find_temp_key
from smartplus_tui.cli.verbs import Binding, Typed, record_group
from smartplus_tui.cli.words import option_name
from smartplus_tui.cli.writes import confirm, finish

if TYPE_CHECKING:
    from backend.domain.records import Saved
    from backend.domain.temp_key_times import KeyTime
    from backend.domain.temp_keys import TempKeyRecord

_NAMED = 10
_TIMES = ("repeat", "until", "begin", "schedule")
"""Fields that say together when a key holds."""


def _get(call: Call, key_id: int) -> TempKeyRecord:
    return call.engine.temp_keys.get(call.context, key_id)


def _add(call: Call, values: Values, _typed: Typed) -> Saved:
    from backend.domain.temp_keys import TempKeyDraft

    typed = {name: values.pop(name) for name in _TIMES if name in values}
    draft = TempKeyDraft(**{"name": "", **values}, time=_time(call, typed) if typed else None)
    for name, sentence in call.engine.temp_keys.advise_add(call.context, draft).items():
        say(f"{option_name(name)}: {sentence}")
    return call.engine.temp_keys.add(call.act(), draft)


def _edit(call: Call, key_id: int, values: Values, _typed: Typed) -> Saved:
    record = _get(call, key_id)
    never = {"repeat": record.repeat.value} if record.repeat is Repeat.NEVER else {}
    found = _time(call, {**never, "schedule": record.schedule, **values})
    kept = {name: getattr(record.time, name) for name, typed in (("begins", "begin"), ("ends", "until"))
            if typed not in values}  # fmt: skip
    return call.engine.temp_keys.edit(call.act(), key_id, record.version, found.model_copy(update=kept))


def _time(call: Call, typed: dict[str, Any]) -> KeyTime:
    """When the key shall hold; without an end it holds as long as keys usually do. Raises Invalid."""
    from backend.domain.temp_key_times import typed_time

    repeat = Repeat(typed["repeat"]) if typed.get("repeat") else None
    texts = {name: typed.get(name, "") for name in _TIMES[1:]}
    found = typed_time(repeat=repeat, **texts, now=call.engine.clock(), zone=call.formats.zone)
    if found.repeat is Repeat.NEVER and found.ends is None:
        span = call.engine.temp_keys.defaults(call.context, None).rules.span
        return found.model_copy(update={"ends": (found.begins or call.engine.clock()) + span})
    return found


def _delete(call: Call, ids: Sequence[int], count: int | None) -> Saved:
    return call.engine.temp_keys.delete(call.act(), ids, count)


def _losses(call: Call, ids: Sequence[int]) -> list[str]:
    """Who loses which doors."""
    loss = call.engine.temp_keys.deletion(call.context, ids)
    more = f" and {len(loss.names) - _NAMED} more" if len(loss.names) > _NAMED else ""
    doors = f" Doors concerned: {', '.join(loss.doors)}." if loss.doors else ""
    return ["; ".join(loss.names[:_NAMED]) + more, f"{loss.living} of {len(loss.ids)} still hold.{doors}"]


_EDITED = frozenset({"until", "begin", "schedule"})
"""Only the time of a key changes (rules 7.1)."""

temp_key = record_group(
    Binding(
        TEMP_KEY,
        get=_get,
        add=_add,
        edit=_edit,
        delete=_delete,
        losses=_losses,
        without={"edit": frozenset(field.name for field in TEMP_KEY.formed()) - _EDITED},
        also={"each_count": "count"},
    )
)
temp_key.add_command(export_command(TEMP_KEY))


@temp_key.command()
@click.argument("record_id", metavar="ID")
@pass_call
def resend(call: Call, record_id: str) -> None:
    """Mail one temporary key to its visitor again; asks first."""
    key_id = find_temp_key(call.engine, call.context, record_id)
    record = _get(call, key_id)
    if not record.email:
        raise Conflict("email", "This key has no e-mail address.")
    confirm(call, f"Mail the key of {record.name} to {record.email} again?")
    finish(call, call.engine.temp_keys.resend(call.act(), key_id), "Mailed temporary key again")


@temp_key.command()
@click.argument("record_id", metavar="ID")
@click.argument("target", metavar="[FILE.png]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@pass_call
def qr(call: Call, record_id: str, target: Path | None) -> None:
    """Draw the QR code of one temporary key, or write it to a new PNG file."""
    key_id = find_temp_key(call.engine, call.context, record_id)
    if target is not None:
        png = call.engine.temp_keys.picture(call.context, key_id)
        _write(target, png)
        if call.json:
            emit({"id": key_id, "file": str(target), "bytes": len(png)})
        else:
            tell(f"Wrote {target}.")
        return
    record = _get(call, key_id)
    call.engine.temp_keys.picture(call.context, key_id)  # refuses what opens nothing any more, and who may see no code
    if call.json:
        emit({"id": key_id, "digits": record.digits})
        return
    from backend.domain.qr import qr_lines

    for line in qr_lines(call.engine.files.draw_qr(record.digits)):
        click.secho(line, fg="black", bg="bright_white")
    tell(f"{record.digits[:4]} {record.digits[4:]}")


def _write(target: Path, png: bytes) -> None:
    try:
        with target.open("xb") as written:
            written.write(png)
    except OSError:
        raise Invalid({"file": f"{target} cannot be written, or is there already."}) from None
