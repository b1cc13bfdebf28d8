"""Who may open what, when: pure functions over the rules of one community.

`decide` is the truth, `who` its list; `compile_device` turns the rules into what a door can hold, `plan` compares two
such states, `explain` says why.
"""

from backend.domain.access.compile import compile_device
from backend.domain.access.decide import decide, who
from backend.domain.access.explain import explain
from backend.domain.access.identity import parse_user_key, user_key
from backend.domain.access.plan import plan
from backend.domain.access.prepared import Prepared, prepare
from backend.domain.access.windows import describe, is_open, next_edge

__all__ = [
    "Prepared",
    "compile_device",
    "decide",
    "describe",
    "explain",
    "is_open",
    "next_edge",
    "parse_user_key",
    "plan",
    "prepare",
    "user_key",
    "who",
]
