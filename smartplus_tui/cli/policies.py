"""The Privacy Policy and the Terms of Service as text (feature ACC-04)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from backend.domain.agreements import AgreementText
from smartplus_tui.cli.output import say

WIDTH = 78


def read_texts(texts: Iterable[AgreementText]) -> None:
    """Print texts on standard error, for whoever is to agree."""
    for text in texts:
        for line in lines_of_text(text):
            say(line)


def lines_of_text(text: AgreementText) -> Iterable[str]:
    """One text, its sections under their headings."""
    yield f"{text.title}, version {text.version}"
    yield ""
    for heading, sentences in text.sections:
        yield heading
        yield from textwrap.wrap(sentences, WIDTH, initial_indent="  ", subsequent_indent="  ")
        yield ""
