"""Columns and constraints as the first version wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def row_id() -> sa.Column[Any]:
    """The id of a row."""
    return sa.Column("id", ID, nullable=False)


def ids(*names: str, null: bool = False, default: str | None = None) -> list[sa.Column[Any]]:
    """References and other numbers as wide as an id."""
    return [sa.Column(name, ID, nullable=null, server_default=default) for name in names]


def texts(*names: str, null: bool = False, default: str | None = "") -> list[sa.Column[Any]]:
    """Texts, empty by default."""
    return [sa.Column(name, sa.Text, nullable=null, server_default=None if null else default) for name in names]


def numbers(*names: str, null: bool = False, default: str | None = "0") -> list[sa.Column[Any]]:
    """Integers, zero by default."""
    return [sa.Column(name, sa.Integer, nullable=null, server_default=None if null else default) for name in names]


def flags(*names: str, on: bool = False) -> list[sa.Column[Any]]:
    """Switches, off by default."""
    return [sa.Column(name, sa.Boolean, nullable=False, server_default="1" if on else "0") for name in names]


def ats(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    """Instants, in UTC without a zone."""
    return [sa.Column(name, sa.DateTime, nullable=null) for name in names]


def times(*names: str) -> list[sa.Column[Any]]:
    """Times of day."""
    return [sa.Column(name, sa.Time) for name in names]


def blobs(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    """Bytes, most of them sealed."""
    return [sa.Column(name, sa.LargeBinary, nullable=null) for name in names]


def refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """The foreign key of `column` on the ids of `target`."""
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def one_of(table: str, column: str, values: str) -> sa.CheckConstraint:
    """The closed vocabulary of a text column."""
    listed = ",".join(f"'{value}'" for value in values.split())
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"ck_{table}_{column}")


def where(condition: str) -> dict[str, Any]:
    """The condition of a partial index on every database."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def index_each(op: Operations, table: str, *columns: str) -> None:
    """An index of its own on each of the columns."""
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])
