"""Acts on an amenity that list and page offer: delete, show the picture."""

from __future__ import annotations

from backend.catalog.amenities import AMENITY
from screens.base.page import Page
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part
from widgets.photo import PhotoDialog

_DELETE = AMENITY.verb("delete")
assert _DELETE is not None
DELETE = _DELETE
PICTURE_WIDE = 48


async def delete_amenity(page: Page, amenity_id: int) -> None:
    """Say what deleting takes away, ask, delete."""
    session = page.session
    record = await session.ask(session.engine.amenities.get, session.context, amenity_id)
    lines: list[tuple[Part, ...]] = []
    if record.upcoming:
        what = "1 reservation is" if record.upcoming == 1 else f"{record.upcoming} reservations are"
        lines.append((("- ", "$sp-bad"), (f"{what} cancelled, with the keys", "$sp-t1")))
    if record.out_of_group:
        lines.append((("▲ ", "$sp-warn"), (f"{record.device} is back in the default groups.", "$sp-t2")))
    lines += [(("", ""),), (("u", "bold $sp-acc"), (" takes it back.", "$sp-t3"))]
    dialog = ConfirmDialog(
        "Delete",
        f"Delete the amenity {record.name}?",
        lines=lines,
        choices=[Choice(DELETE.confirm_key, "Delete", "delete", danger=True)],
        opened_by=DELETE.key,
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_delete, page, amenity_id, record.name)

    page.app.push_screen(dialog, answered)


async def _delete(page: Page, amenity_id: int, name: str) -> None:
    session = page.session
    saved = await session.ask(session.engine.amenities.delete, session.act(), amenity_id)
    page.watch_save(f"{name} deleted", saved)
    page.say(f"{name} deleted", "u Undo")
    page.gone((amenity_id,))


async def show_picture(page: Page, amenity_id: int) -> None:
    """Draw the picture."""
    session = page.session
    record = await session.ask(session.engine.amenities.get, session.context, amenity_id)
    jpeg = await session.ask(session.engine.amenities.picture, session.context, amenity_id)
    if jpeg is None:
        page.say(f"{record.name} has no picture", "e adds one")
        return
    dots = await session.ask(session.engine.files.draw_photo, jpeg, min(PICTURE_WIDE, page.size.width - 12))
    page.app.push_screen(PhotoDialog(record.name, record.description or record.place, dots))
