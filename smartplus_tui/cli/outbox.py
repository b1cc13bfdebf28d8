"""`smartplus outbox`: mail and text messages, sent, failed and waiting (features AGT-07, AGT-09)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend.catalog.outgoing import OUTGOING
from backend.domain.errors import Invalid
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.verbs import Binding, find, meant, record_group
from smartplus_tui.cli.words import counted
from smartplus_tui.cli.writes import confirm, finish

if TYPE_CHECKING:
    from backend.domain.outgoing import OutgoingRecord
    from backend.domain.records import Saved


def _get(call: Call, text_id: int) -> OutgoingRecord:
    return call.engine.outbox.get(call.context, text_id)


def _delete(call: Call, ids: Sequence[int], _count: int | None) -> Saved:
    return call.engine.outbox.delete(call.act(), ids)


def _losses(_call: Call, ids: Sequence[int]) -> list[str]:
    return [f"{counted(len(ids), 'text')} will be gone with what was written in it, and undo cannot bring it back."]


outbox = record_group(Binding(OUTGOING, get=_get, delete=_delete, losses=_losses), name="outbox")

_ids = click.argument("record_ids", nargs=-1, metavar="ID...")
_filter = click.option("--filter", metavar="EXPR", help="All that match, instead of ids.")


@outbox.command()
@_ids
@_filter
@pass_call
def resend(call: Call, record_ids: tuple[str, ...], filter: str | None) -> None:
    """Send texts now, with five tries anew."""
    ids = _some(call, record_ids, filter)
    confirm(call, f"Send {counted(len(ids), 'text')} now? What has arrived before arrives again.")
    finish(call, call.engine.outbox.send_again(call.act(), ids), "Sent again")


@outbox.command()
@_ids
@_filter
@pass_call
def handed(call: Call, record_ids: tuple[str, ...], filter: str | None) -> None:
    """Mark texts as handed over on paper or by word; nothing sends them any more."""
    ids = _some(call, record_ids, filter)
    confirm(call, f"Mark {counted(len(ids), 'text')} as handed over?")
    finish(call, call.engine.outbox.hand_over(call.act(), ids), "Handed over")


@outbox.command("print")
@click.argument("record_id", metavar="ID")
@click.option("--file", "path", type=click.Path(dir_okay=False, path_type=Path), help="A new file; pictures beside it.")
@pass_call
def print_text(call: Call, record_id: str, path: Path | None) -> None:
    """Write one text whole, to standard output or to a file. It may hold a password, so this is an operation."""
    text_id = find(call, OUTGOING, record_id)
    if path is not None:
        files = call.engine.outbox.print(call.act(), text_id, path)
        if call.json:
            emit({"id": text_id, "files": [str(one) for one in files]}, call.formats)
        else:
            say("\n".join(f"Written: {one}" for one in files))
        return
    from backend.domain.outgoing import letter

    text = call.engine.outbox.read(call.act(), text_id)
    if call.json:
        names = [name for name, _ in text.pictures]
        emit({"id": text_id, "subject": text.subject, "text": text.text, "pictures": names}, call.formats)
        return
    for line in letter(text, call.formats):
        tell(line)


def _some(call: Call, texts: Sequence[str], expression: str | None) -> list[int]:
    ids = meant(call, OUTGOING, texts, expression)
    if not ids:
        raise Invalid({"filter": "Nothing matches."})
    return ids
