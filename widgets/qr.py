"""A QR code in the terminal, black on white in every theme (look: pictures)."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from backend.domain.qr import Modules, qr_lines

INK = "black on white"
"""Readers want it so, whatever the theme."""


class QrCode(Widget):
    """A QR code of `modules`; where there is none it takes no room."""

    DEFAULT_CSS = """
    QrCode { width: auto; height: auto; }
    """

    modules: reactive[Modules] = reactive[Modules]((), layout=True)
    """Rows of modules, True for dark."""

    def render(self) -> Content:
        """The lines, black on white."""
        lines = qr_lines(self.modules) if self.modules else []
        return Content("\n").join(Content.styled(line, INK) for line in lines)
