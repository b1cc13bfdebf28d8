"""What is wrong with a form, collected so that all of it is told at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from backend.domain.errors import Conflict, Invalid

_Checked = TypeVar("_Checked")


@dataclass(slots=True)
class Problems:
    """What is wrong with a form: broken rules, and values that somebody else has, one sentence a field."""

    invalid: dict[str, str] = field(default_factory=dict)
    clashes: dict[str, str] = field(default_factory=dict)

    def check(self, name: str, checked: Callable[[], _Checked], fallback: _Checked) -> _Checked:
        """What `checked` answers; where it raises Invalid, `fallback`, and its sentence is kept for field `name`."""
        try:
            return checked()
        except Invalid as error:
            for told, sentence in error.fields.items():
                self.invalid.setdefault(told if told == "calling_code" else name, sentence)
            return fallback

    def refuse(self, name: str, sentence: str) -> None:
        """Keep a broken rule of field `name`; its first one is shown."""
        self.invalid.setdefault(name, sentence)

    def taken(self, name: str, sentence: str) -> None:
        """Keep that somebody else has the value of field `name`."""
        self.clashes.setdefault(name, sentence)

    def raise_any(self) -> None:
        """Raise Conflict where one taken value is all that is wrong, else Invalid with every field."""
        if len(self.clashes) == 1 and not self.invalid:
            raise Conflict(*next(iter(self.clashes.items())))
        if self.invalid or self.clashes:
            raise Invalid(self.clashes | self.invalid)
