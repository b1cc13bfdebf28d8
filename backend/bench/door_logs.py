"""A door log of any length, written straight into a site: through the services five million lines would take hours."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend.store.driver import connect
from backend.store.site import Site

DAYS = 29
"""Lines are kept for 30 days."""
PEOPLE = 400

_DROP = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'door_log' AND sql IS NOT NULL"

_FILL = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :rows)
INSERT INTO door_log (
    community_id, device_id, relay_id, holder_id, happened_at, received_at, building, device, door,
    initiated_by, initiated_fold, apartment, type, action, "key", response, reason, remote_key
)
SELECT
    1, 1 + i % 100, 1 + i % 100, 1 + i * 7 % :people, at, at, 'Building ' || char(65 + i % 8),
    'Lobby ' || (1 + i % 100),
    'Door ' || (1 + i % 100), 'Anna Kowalska ' || (i * 7 % :people), 'anna kowalska ' || (i * 7 % :people),
    char(65 + i % 8) || ' ' || (1000 + i % 200), 'release', CASE WHEN i % 3 THEN 'card' ELSE 'pin' END,
    '··' || (10 + i % 90), CASE WHEN i % 17 THEN 'success' ELSE 'failed' END, '', 'bench:' || i
FROM (SELECT i, strftime('%Y-%m-%d %H:%M:%f000', :begins + i * :step, 'unixepoch') AS at FROM n)
"""


def fill(root: Path, rows: int) -> None:
    """Write `rows` lines of the last 29 days into the log of the site's first community, evenly spread.

    The indexes are made anew afterwards, which is several times faster than keeping them.
    """
    begins = datetime.now(UTC) - timedelta(days=DAYS)
    step = timedelta(days=DAYS).total_seconds() / max(1, rows)
    with closing(connect(Site(root).database)) as connection:
        connection.execute(
            "PRAGMA journal_mode=DELETE"
        )  # the next connection sets it back; the WAL doubles the writing
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN IMMEDIATE")
        indexes = connection.execute(_DROP).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        values = {"rows": rows, "people": PEOPLE, "begins": begins.timestamp(), "step": step}
        connection.execute(_FILL, values)
        for _, statement in indexes:
            connection.execute(statement)
        connection.execute("COMMIT")
