"""What an act of a screen asks for, said where the act is written; footer, help and the act itself read it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from screens.base.acts import Acts

ActsType = TypeVar("ActsType", bound="Acts")
P = ParamSpec("P")
Action = Callable[Concatenate[ActsType, P], None]


def needs(permission: str) -> Callable[[Action[ActsType, P]], Action[ActsType, P]]:
    """Let an action of a page run only for those who have `permission`; the others are told who can grant it."""

    def wrap(action: Action[ActsType, P]) -> Action[ActsType, P]:
        @wraps(action)
        def run(page: ActsType, /, *args: P.args, **kwargs: P.kwargs) -> None:
            if page.session.may(permission):
                action(page, *args, **kwargs)
            else:
                page.say(page.session.why_closed(permission), bad=True)

        run.permission = permission  # type: ignore[attr-defined]
        return run

    return wrap


def of_row(action: Action[ActsType, P]) -> Action[ActsType, P]:
    """Say of an action that it is about a row of the list: an empty one does not offer it."""
    action.of_row = True  # type: ignore[attr-defined]
    return action


def needed(page: type[DOMNode], action: str) -> str:
    """The permission that an action of a page asks for, "" for none; `action` is that of a binding."""
    return str(getattr(_method(page, action), "permission", ""))


def is_of_row(page: type[DOMNode], action: str) -> bool:
    """Whether an action of a page is about a row."""
    return bool(getattr(_method(page, action), "of_row", False))


def _method(page: type[DOMNode], action: str) -> Any:
    """What runs an action of a binding, if the page has it."""
    name = action.partition("(")[0].removeprefix("screen.")
    return getattr(page, f"action_{name}", None)
