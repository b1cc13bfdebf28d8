"""A receipt: what was done and what is proved, for the hand or the file (features SYNC-03, RES-16)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReceiptTable:
    """A heading with rows under named columns; `note` stands instead of the rows where there are none."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says: a title, whose site it is, facts as label and value, tables, and a closing line.

    No value of a code is in it, only masked ones.
    """

    title: str
    site: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[ReceiptTable, ...]
    foot: str = ""


def receipt_lines(receipt: Receipt) -> tuple[str, ...]:
    """The receipt as lines of plain text, columns aligned."""
    lines = [receipt.title, receipt.site, ""]
    wide = max((len(label) for label, _ in receipt.facts), default=0)
    lines += [f"{label:<{wide}}  {value}".rstrip() for label, value in receipt.facts]
    for table in receipt.tables:
        lines += ["", table.heading, "-" * len(table.heading)]
        if not table.rows:
            lines.append(table.note or "None.")
            continue
        every = [table.columns, *table.rows]
        widths = [max(len(row[at]) for row in every) for at in range(len(table.columns))]
        lines += [
            "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in every
        ]
    return (*lines, "", receipt.foot) if receipt.foot else tuple(lines)
