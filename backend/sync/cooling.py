"""A freed value is used again only when each door was read back without it and a day has passed."""

from __future__ import annotations

from contextlib import suppress

from backend.domain.context import Context
from backend.domain.enums import CredentialStatus
from backend.services.photos import destroy_photos
from backend.store import tables as t
from backend.store.store import Store
from backend.sync import proofs


class _Nothing(Exception):
    """Another process has freed them meanwhile: nothing is written, no operation either."""


def free_cooled(store: Store, context: Context) -> int:
    """Free the values of a community that have cooled, as one operation of the agent; answers how many."""
    with store.read() as connection:
        if not proofs.cooled(connection, context.community_id, store.clock()):
            return 0
    with suppress(_Nothing), store.write(context.again(), "credential.free") as work:
        work.require("credential.free")
        ready = proofs.cooled(work.connection, context.community_id, work.at)
        if not ready:
            raise _Nothing
        for credential_id in ready:
            work.update(t.credential, credential_id, status=CredentialStatus.GONE)
        proofs.forget_read_backs(work, ready)
        destroy_photos(work, ready)
        work.tell(f"freed {len(ready)} values proved gone from every door", "credential", None, "", undoable=False)
        work.touch("residents")
        return len(ready)
    return 0
