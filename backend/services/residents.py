"""Residents: adding, finding, editing, showing codes (rules 5; features RES-01 to RES-08, LIB-02)."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

from sqlalchemy import Connection, and_, func, or_, select

from backend.domain.access.rules import Credential, Holder, Rules
from backend.domain.codes import check_pin, normalise_card, propose_pin
from backend.domain.context import Context
from backend.domain.enums import CredentialKind, ResidentRole
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.names import display_name, fold
from backend.domain.paging import ListQuery
from backend.domain.records import CredentialRecord, ResidentDefaults, ResidentDraft, ResidentPatch, ResidentRecord, Saved
from backend.domain.access.results import DoorPlan
from backend.services.base import Service, replayed, saved
