"""The values of a section of the settings as lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from backend.catalog.settings import SETTINGS
from backend.catalog.words import label_of
from backend.domain.formats import Formats
from widgets.frame import Part
from widgets.panel import fact

if TYPE_CHECKING:
    from backend.domain.retention import RetentionRecord
    from backend.domain.site_settings import SettingRecord, SiteFacts

LABEL = 22


def value_lines(values: Iterable[SettingRecord], section: str) -> tuple[tuple[Part, ...], ...]:
    """What is set in a section; of a secret only that it is."""
    fields = {field.name: field for field in SETTINGS if field.section == section}
    lines = []
    for one in values:
        if (field := fields.get(one.name)) is None:
            continue
        text = "set, never shown" if one.secret and one.is_set else label_of(field.choices, one.value)
        lines.append(fact(field.label, ((text or "–", "$sp-t1" if text else "$sp-t3"),), LABEL))
    return tuple(lines)


def kept_lines(found: RetentionRecord, formats: Formats) -> tuple[tuple[Part, ...], ...]:
    """When old rows went last, and of each kind how many there are and how many go the next time."""
    last = formats.moment(found.purged_at) if found.purged_at else "not yet: the agent does it once a day"
    went = f"{sum(found.purged.values()):,} rows" if found.purged_at else ""
    lines = [fact("Old rows went last", ((last, "$sp-t1"), (f"  {went}", "$sp-t2")), LABEL), ((("", ""),))]
    for kind in found.kinds:
        kept = f"{kind.days} days" if kind.days else "until over"
        due: Part = (f"  {kind.due:,} go next", "$sp-warn") if kind.due else ("", "")
        lines.append(fact(kind.label, ((f"{kind.rows:>9,}", "$sp-t1"), (f"  {kept}", "$sp-t3"), due), LABEL + 2))
    lines.append((("Unsolved alarms, open differences, unproved revocations and operations always stay.", "$sp-t3"),))
    return tuple(lines)


def fact_lines(facts: SiteFacts) -> tuple[tuple[Part, ...], ...]:
    """What is so without being set."""
    agent: Part = (facts.agent_url or "–", "$sp-t1") if facts.agent_alive else ("no agent runs", "$sp-warn")
    return (
        fact("The key comes from", ((facts.key_from, "$sp-t1"),), LABEL),
        fact("Database", ((facts.database, "$sp-t1"),), LABEL),
        fact("", ((f"{facts.database_bytes / 1_000_000:,.1f} MB", "$sp-t2"),), LABEL),
        fact("Devices reach us at", (agent,), LABEL),
    )
