"""Receipts as files, text or PDF (features SYNC-03, RES-16)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.documents.whole_file import write_whole
from backend.domain.receipts import Receipt, receipt_lines

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

SYSTEM_FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/arial.ttf",
)
"""Where fonts with many letters are found; the one that comes with the library has those of western Europe."""
BUNDLED = "Vera.ttf"
MARGIN = 54
"""Points around a page."""


def write_receipt(path: Path, receipt: Receipt) -> None:
    """Write a receipt; the suffix of `path`, `.txt` or `.pdf`, says the format.

    The file is there whole or not at all, readable by its owner only. Raises Invalid (path) for another suffix and
    where nothing can be written.
    """
    forms: Mapping[str, Callable[[Path], None]] = {
        ".txt": lambda part: _write_text(part, receipt),
        ".pdf": lambda part: _write_pdf(part, receipt),
    }
    write_whole(path, forms)


def _write_text(path: Path, receipt: Receipt) -> None:
    path.write_text("\n".join(receipt_lines(receipt)) + "\n", encoding="utf-8")


def _write_pdf(path: Path, receipt: Receipt) -> None:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.platypus import SimpleDocTemplate, Spacer

    font, known = _font(set("".join(receipt_lines(receipt))))
    pdfmetrics.registerFont(font)
    body = ParagraphStyle("body", fontName=font.fontName, fontSize=9, leading=12)
    heading = ParagraphStyle("heading", parent=body, fontSize=11, leading=16, spaceBefore=10)
    title = ParagraphStyle("title", parent=body, fontSize=16, leading=20)
    paper = _Paper(body, known)
    story: list[Any] = [paper.line(receipt.title, title), paper.line(receipt.site, body), Spacer(1, 10)]
    if receipt.facts:
        story.append(paper.table([list(fact) for fact in receipt.facts], head=False))
    for table in receipt.tables:
        story.append(paper.line(table.heading, heading))
        rows = [list(table.columns), *(list(row) for row in table.rows)]
        story.append(paper.table(rows) if table.rows else paper.line(table.note or "None.", body))
    if receipt.foot:
        story += [Spacer(1, 12), paper.line(receipt.foot, body)]
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), MARGIN)
    SimpleDocTemplate(str(path), pagesize=A4, title=receipt.title, author=receipt.site, **margins).build(story)


class _Paper:
    """Lines and tables in one style; text is never read as markup."""

    def __init__(self, style: Any, known: Collection[int]) -> None:
        self._style = style
        self._known = known

    def line(self, text: str, style: Any) -> Any:
        from xml.sax.saxutils import escape

        from reportlab.platypus import Paragraph

        return Paragraph(escape(_printable(text, self._known)), style)

    def table(self, rows: list[list[str]], *, head: bool = True) -> Any:
        from reportlab.lib.colors import grey
        from reportlab.platypus import Table

        cells = [[self.line(cell, self._style) for cell in row] for row in rows]
        rules = [("LINEBELOW", (0, 0), (-1, 0), 0.5, grey)] if head else []
        style = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP"), *rules]
        return Table(cells, hAlign="LEFT", repeatRows=1 if head else 0, style=style)


def _font(letters: Collection[str]) -> tuple[TTFont, Collection[int]]:
    """The first font that has every letter, else the one that comes along; with the letters it knows."""
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    wanted = {ord(letter) for letter in letters if letter.isprintable()}
    for place in SYSTEM_FONTS:
        try:
            font = TTFont("receipt", place)
        except (OSError, TTFError):
            continue
        if wanted <= font.face.charToGlyph.keys():
            return font, font.face.charToGlyph.keys()
    font = TTFont("receipt", BUNDLED)
    return font, font.face.charToGlyph.keys()


def _printable(text: str, known: Collection[int]) -> str:
    """The text in letters of the font: without its accent where only that is missing, "?" else."""
    return "".join(letter if ord(letter) in known else _plain(letter, known) for letter in text)


def _plain(letter: str, known: Collection[int]) -> str:
    bare = unicodedata.normalize("NFKD", letter)[0]
    return bare if ord(bare) in known else "?"
