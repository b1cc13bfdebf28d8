"""The agent's look at planned moves, as a process of its own that ends itself with SIGKILL at a statement.

    python -m tests.acceptance.move_runner SITE STATEMENT

People leave one a transaction, so that there are many moments to die at. STATEMENT counts what is sent to the database
after the site was opened, commits included; 0 lets it come to its end.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from backend.services import slices
from backend.services.move_acts import carry_out, moves_due
from backend.store.opening import open_site


def main() -> None:
    """Carry out what is due, or die on the way."""
    root, last = Path(sys.argv[1]), int(sys.argv[2])
    slices.LOCK_FOR = -1.0
    store = open_site(root)
    sent = 0

    def die(*_about: Any) -> None:
        nonlocal sent
        sent += 1
        if sent == last:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", die)
    event.listen(Engine, "commit", die)
    for context, move_id in moves_due(store):
        carry_out(store, context, move_id)
    store.close()


if __name__ == "__main__":
    main()
