"""Receipts as text and PDF: whole, aligned, in every letter that a font has, and never read as markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader

from backend.documents import receipts
from backend.documents.receipts import write_receipt
from backend.domain.errors import Invalid
from backend.domain.receipts import Receipt, ReceiptTable, receipt_lines

pytestmark = pytest.mark.feature("SYNC-03")

RECEIPT = Receipt(
    "Card taken away",
    "Rosewood Court",
    (("Person", "Łukasz <b>Żak</b>"), ("Card", "··41")),
    (
        ReceiptTable("Doors", ("Door", "State", "Read"), (("Gate", "read back, gone", "10:41"), ("Gym", "red", "–"))),
        ReceiptTable("Keys", ("Key",), (), "No temporary keys."),
    ),
    "Proved at 1 of 2 doors.",
)


def test_lines_are_aligned_and_end_without_blanks() -> None:
    assert receipt_lines(RECEIPT) == (
        "Card taken away",
        "Rosewood Court",
        "",
        "Person  Łukasz <b>Żak</b>",
        "Card    ··41",
        "",
        "Doors",
        "-----",
        "Door  State            Read",
        "Gate  read back, gone  10:41",
        "Gym   red              –",
        "",
        "Keys",
        "----",
        "No temporary keys.",
        "",
        "Proved at 1 of 2 doors.",
    )


def test_a_text_file_holds_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "receipt.txt"
    write_receipt(path, RECEIPT)
    assert path.read_text(encoding="utf-8").splitlines() == list(receipt_lines(RECEIPT))
    assert path.stat().st_mode & 0o777 == 0o600


def read(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def test_a_pdf_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "SYSTEM_FONTS", ())
    path = tmp_path / "receipt.pdf"
    write_receipt(path, RECEIPT)
    text = read(path)
    assert "Łukasz <b>Zak</b>" in text, "a letter that the font lacks loses its accent only"
    for word in (
        "Card taken away",
        "Rosewood Court",
        "read back, gone",
        "No temporary keys.",
        "Proved at 1 of 2 doors.",
    ):
        assert word in text


def test_a_long_pdf_goes_on_with_its_head(tmp_path: Path) -> None:
    rows = tuple((f"Door {number}", "read back, gone") for number in range(150))
    path = tmp_path / "receipt.pdf"
    write_receipt(path, Receipt("Cards", "Rosewood Court", (), (ReceiptTable("Doors", ("Door", "State"), rows),)))
    pages = [page.extract_text() for page in PdfReader(path).pages]
    assert len(pages) > 1
    assert all("Door" in page and "State" in page for page in pages)
    assert "Door 149" in pages[-1]


@pytest.mark.parametrize("name", ["receipt.doc", "receipt", "nowhere/receipt.pdf"])
def test_what_cannot_be_written_is_said_at_the_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        write_receipt(tmp_path / name, RECEIPT)
    assert "path" in refused.value.fields
    assert list(tmp_path.iterdir()) == []
