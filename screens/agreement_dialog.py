"""Privacy Policy and Terms of Service before the first login: only Agree continues (feature ACC-04)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from backend.domain.agreements import AgreementText
from backend.domain.enums import Document
from widgets.modal import Dialog


def content_of(texts: Iterable[AgreementText], notes: Mapping[Document, Content] = MappingProxyType({})) -> Content:
    """Texts to read: titles with what is to be noted about each, headings, sentences."""
    parts: list[Content] = []
    for text in texts:
        title = Content.assemble((text.title, "bold $sp-t1"), (f"   version {text.version}", "$sp-t3"))
        note = notes.get(text.document)
        parts.append(Content.assemble(title, "\n", *((note, "\n") if note is not None else ())))
        for heading, sentences in text.sections:
            parts.append(Content.assemble((heading, "$sp-t1"), "\n", (sentences, "$sp-t2"), "\n"))
    return Content("\n").join(parts)


class AgreementDialog(Dialog[bool]):
    """The texts of which the present version has not been agreed to; Escape leaves, Enter does nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "agree", "Agree", id="agreement.agree", tooltip="Agree to both texts and log in", show=False),
        Binding("escape", "leave", "Leave", id="agreement.leave", tooltip="Back to the login", show=False),
        Binding("down,j", "scroll(1)", "Down", id="agreement.down", tooltip="A line down", show=False),
        Binding("up,k", "scroll(-1)", "Up", id="agreement.up", tooltip="A line up", show=False),
        Binding("pagedown,space", "scroll(10)", "More", id="agreement.more", tooltip="A page down", show=False),
        Binding("pageup", "scroll(-10)", "Back", id="agreement.back", tooltip="A page up", show=False),
    ]
    DEFAULT_CSS = """
    AgreementDialog #question { margin-top: 1; height: auto; color: $sp-t1; }
    AgreementDialog > .box { max-height: 90%; }
    """

    def __init__(self, texts: tuple[AgreementText, ...]) -> None:
        super().__init__()
        self._texts = texts

    def compose(self) -> ComposeResult:
        """The texts, and what is asked."""
        with self.box("Privacy Policy and Terms of Service", "a Agree · Esc Leave · PgDn More"):
            yield Static(content_of(self._texts))
            yield Static("Only who agrees to both can log in.", id="question", markup=False)

    def action_agree(self) -> None:
        """Go on."""
        self.dismiss(True)

    def action_leave(self) -> None:
        """Back to the login, without a session."""
        self.dismiss(False)

    def action_scroll(self, lines: int) -> None:
        """Read on."""
        self.query_one(".box", VerticalScroll).scroll_relative(y=lines, animate=False)
