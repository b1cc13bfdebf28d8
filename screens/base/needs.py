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


def needed(page: type[DOMNode], action: str) -> str:
    """The permission that an action of a page asks for, "" for none; `action` is that of a binding."""
    name = action.partition("(")[0].removeprefix("screen.")
    method: Any = getattr(page, f"action_{name}", None)
    return str(getattr(method, "permission", ""))
