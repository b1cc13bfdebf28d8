"""What an act of a screen asks for, said where the act is written; footer, help and the act itself read it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from backend.domain.errors import Forbidden

if TYPE_CHECKING:
    from screens.base.page import Page

PageType = TypeVar("PageType", bound="Page")
Action = Callable[[PageType], None]


def needs(permission: str) -> Callable[[Action[PageType]], Action[PageType]]:
    """Let an action of a page run only for those who have `permission`; the others are told who can grant it."""

    def wrap(action: Action[PageType]) -> Action[PageType]:
        @wraps(action)
        def run(page: PageType) -> None:
            if page.session.may(permission):
                action(page)
            else:
                page.say(str(Forbidden(permission)), bad=True)

        run.permission = permission  # type: ignore[attr-defined]
        return run

    return wrap


def needed(page: type[Page], action: str) -> str:
    """The permission that an action of a page asks for, "" for none; `action` is that of a binding."""
    name = action.partition("(")[0].removeprefix("screen.")
    method: Any = getattr(page, f"action_{name}", None)
    return str(getattr(method, "permission", ""))
