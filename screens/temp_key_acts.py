"""Acts on temporary keys that list and page offer: delete, mail again, save the picture, make one for an apartment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backend.catalog.temp_keys import TEMP_KEY
from backend.domain.errors import Invalid
from backend.domain.temp_keys import COUNT_FROM
from screens.base.page import Page
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part

if TYPE_CHECKING:
    from backend.domain.temp_keys import KeyDeletion

_DELETE = TEMP_KEY.verb("delete")
assert _DELETE is not None
DELETE = _DELETE
NAMED = 5


def new_key(page: Page, apartment_id: int | None) -> None:
    """The form of a new key, for an apartment where one is known."""
    from screens.temp_key_form import TempKeyForm

    page.app.push_screen(TempKeyForm(page.session, apartment_id=apartment_id))


async def key_of_resident(page: Page, resident_id: int) -> None:
    """The form of a new key for the apartment of a resident."""
    session = page.session
    record = await session.ask(session.engine.residents.get, session.context, resident_id)
    new_key(page, record.apartment_id)


async def delete_keys(page: Page, ids: Sequence[int]) -> None:
    """Say what deleting takes away, ask, delete; the count is typed when there are more than twenty."""
    session = page.session
    found = await session.ask(session.engine.temp_keys.deletion, session.context, tuple(ids))
    many = len(found.ids) >= COUNT_FROM
    dialog = ConfirmDialog(
        "Delete",
        f"Delete the key of {found.names[0]}?" if len(found.ids) == 1 else f"Delete these {len(found.ids)} keys?",
        lines=deletion_lines(found),
        choices=[Choice(DELETE.confirm_key, "Delete", "delete", danger=True)],
        opened_by=DELETE.key,
        typed=str(len(found.ids)) if many else "",
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_delete, page, found)

    page.app.push_screen(dialog, answered)


def deletion_lines(found: KeyDeletion) -> list[tuple[Part, ...]]:
    """Which keys, what they open still, the way back."""
    lines: list[tuple[Part, ...]] = []
    if len(found.ids) > 1:
        more = f" and {len(found.names) - NAMED} more" if len(found.names) > NAMED else ""
        lines += [((", ".join(found.names[:NAMED]) + more, "$sp-t2"),), (("", ""),)]
    if found.living:
        still = "it holds still" if len(found.ids) == 1 else f"{found.living} of them hold still"
        lines.append((("- ", "$sp-bad"), (still, "$sp-t1")))
    if found.doors:
        lines.append((("- ", "$sp-bad"), ("no more at: ", "$sp-t1"), (", ".join(found.doors), "$sp-t2")))
    return [
        *lines,
        (("▲ ", "$sp-warn"), ("Mail that has left cannot be taken back.", "$sp-t2")),
        (("", ""),),
        (("Logs stay. ", "$sp-t3"), ("u", "bold $sp-acc"), (" takes it back.", "$sp-t3")),
    ]


async def _delete(page: Page, found: KeyDeletion) -> None:
    session = page.session
    expected = len(found.ids) if len(found.ids) >= COUNT_FROM else None
    saved = await session.ask(session.engine.temp_keys.delete, session.act(), found.ids, expected)
    title = found.names[0] if len(found.names) == 1 else f"{len(found.ids)} temporary keys"
    page.gone(found.ids)
    page.watch_save(f"{title} deleted", saved)
    page.say(f"{title} deleted", "u Undo")


async def mail_again(page: Page, key_id: int) -> None:
    """Ask, then mail a key to its visitor again; the delivery stays on its page."""
    session = page.session
    record = await session.ask(session.engine.temp_keys.get, session.context, key_id)
    if not record.email:
        page.say("This key has no e-mail address", "Its page has the digits to hand over", bad=True)
        return
    dialog = ConfirmDialog(
        "Mail again",
        f"Mail the key of {record.name} again?",
        lines=[((f"It goes to {record.email}. Sent mail cannot be taken back.", "$sp-t2"),)],
        choices=[Choice("y", "Mail", "mail")],
        opened_by="m",
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_mail, page, key_id, record.email)

    page.app.push_screen(dialog, answered)


async def _mail(page: Page, key_id: int, email: str) -> None:
    session = page.session
    await session.ask(session.engine.temp_keys.resend, session.act(), key_id)
    page.say("On its way again", email)


def save_picture(page: Page, key_id: int, name: str) -> None:
    """Write the QR code of a key to a new PNG file."""
    from screens.import_files import TargetDialog

    session = page.session

    async def write(path: Path) -> None:
        png = await session.ask(session.engine.temp_keys.picture, session.context, key_id)
        await session.ask(_write, path, png)

    plain = "".join(letter if letter.isalnum() else "-" for letter in name)
    dialog = TargetDialog(session, "Picture, .png", f"key-{plain}.png", write)
    page.app.push_screen(dialog, lambda path: page.say("Picture written", path) if path else None)


def _write(path: Path, png: bytes) -> None:
    try:
        with path.open("xb") as written:
            written.write(png)
    except OSError as error:
        raise Invalid({"path": f"{path} cannot be written: {error.strerror}."}) from None
