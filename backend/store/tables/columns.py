"""What every table is made of: the metadata with its naming, and short words for columns."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Integer, MetaData, Text

from backend.store.types import Id, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

LIVE_CREDENTIAL = "status IN ('active','scheduled','suspended','cooling')"


def ident() -> Column[int]:
    return Column("id", Id, primary_key=True)


def ref(name: str, target: str, *, null: bool = False, cascade: bool = False) -> Column[int]:
    rule = "CASCADE" if cascade else None
    return Column(name, Id, ForeignKey(f"{target}.id", ondelete=rule), nullable=null, index=True)


def words(name: str, *, null: bool = False, default: str | None = "") -> Column[str]:
    return Column(name, Text, nullable=null, server_default=None if null else default)


def flag(name: str, *, default: bool = False) -> Column[bool]:
    return Column(name, Boolean(create_constraint=False), nullable=False, server_default="1" if default else "0")


def number(name: str, *, null: bool = False, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=null, server_default=None if null else str(default))


def at(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=null)


def one_of(name: str, kind: type[StrEnum], default: StrEnum | None = None) -> tuple[Column[str], CheckConstraint]:
    values = ",".join(f"'{member.value}'" for member in kind)
    column: Column[str] = Column(name, Text, nullable=False, server_default=default.value if default else None)
    return column, CheckConstraint(f"{name} IN ({values})", name=name)


def version() -> Column[int]:
    return Column("row_version", Integer, nullable=False, server_default="1")


RULE = {"rule": True}
