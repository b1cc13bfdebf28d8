"""The shape of a catalog entry: plain data that lists, forms, commands, filters, export and help all read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the value of a field is typed, parsed and drawn."""

    TEXT = "text"
    TEXTS = "texts"
    PHOTO = "photo"
    INTEGER = "integer"
    FLAG = "flag"
    CHOICE = "choice"
    REFERENCE = "reference"
    REFERENCES = "references"
    EMAIL = "email"
    SECRET = "secret"
    SECRETS = "secrets"
    DATE = "date"
    INSTANT = "instant"
    STATE = "state"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice field with the word that people read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record type.

    `width` in cells, 0 takes what is left; a column with a higher `importance` number folds earlier; `short` is its
    short name in filters. `refers` names the record type whose rows a reference picks. `vocabulary` names the table of
    states that draws a state field. `listed`, `formed`, `filtered` and `exported` say where the field appears; what is
    listed is exported unless `exported` says otherwise.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    width: int = 0
    importance: int = 1
    align_right: bool = False
    listed: bool = True
    formed: bool = False
    required: bool = False
    hint: str = ""
    max_length: int = 0
    choices: tuple[Choice, ...] = ()
    refers: str = ""
    vocabulary: str = ""
    short: str = ""
    filtered: bool = False
    sorted: bool = False
    section: str = ""
    truncate_middle: bool = False
    exported: bool | None = None


@dataclass(frozen=True, slots=True)
class Verb:
    """One act on a record type.

    `key` is its letter on every list; `permission` is what the service asks for. A `danger` verb confirms with
    `confirm_key` and never with Enter. `many` acts on ticked rows, `needs_row` wants a record under the cursor.
    """

    name: str
    label: str
    key: str
    permission: str
    danger: bool = False
    confirm_key: str = ""
    undoable: bool = True
    needs_row: bool = True
    many: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One record type: its name in commands, its title, fields, verbs and the topics that say it changed."""

    name: str
    title: str
    singular: str
    fields: tuple[Field, ...]
    verbs: tuple[Verb, ...]
    topics: frozenset[str]
    default_sort: str
    descending: bool = False
    read_permission: str = ""
    empty: str = ""

    def field(self, name: str) -> Field:
        """The field called `name`; raises KeyError."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(f"{self.name} has no field {name}")

    def has(self, name: str) -> bool:
        """Whether a field is called `name`."""
        return any(f.name == name for f in self.fields)

    def listed(self) -> tuple[Field, ...]:
        """The columns of the list, in their order."""
        return tuple(f for f in self.fields if f.listed)

    def in_files(self) -> tuple[Field, ...]:
        """The columns of an exported file, in their order; secrets are in none."""
        return tuple(
            f
            for f in self.fields
            if (f.listed if f.exported is None else f.exported) and f.kind not in (Kind.SECRET, Kind.SECRETS)
        )

    def formed(self) -> tuple[Field, ...]:
        """The fields of the form, in their order."""
        return tuple(f for f in self.fields if f.formed)

    def verb(self, name: str) -> Verb | None:
        """The verb called `name`, if this record type has it."""
        return next((v for v in self.verbs if v.name == name), None)
