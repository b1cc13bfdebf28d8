"""The values of a section of the settings as lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from backend.catalog.settings import SETTINGS
from backend.catalog.words import label_of
from widgets.frame import Part
from widgets.panel import fact

if TYPE_CHECKING:
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


def fact_lines(facts: SiteFacts) -> tuple[tuple[Part, ...], ...]:
    """What is so without being set."""
    agent: Part = (facts.agent_url or "–", "$sp-t1") if facts.agent_alive else ("no agent runs", "$sp-warn")
    return (
        fact("The key comes from", ((facts.key_from, "$sp-t1"),), LABEL),
        fact("Database", ((facts.database, "$sp-t1"),), LABEL),
        fact("", ((f"{facts.database_bytes / 1_000_000:,.1f} MB", "$sp-t2"),), LABEL),
        fact("Devices reach us at", (agent,), LABEL),
    )
