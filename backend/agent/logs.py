"""Structured logs of the agent: JSON lines in a rotating file, without secrets (feature OPS-07)."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path
from typing import Any

import structlog

from backend.crashes import format_exc_info

_SECRET = ("password", "secret", "token", "pin", "code", "card", "key")
MAX_BYTES = 5_000_000
KEPT = 5


def redact(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace the value of every field whose name says secret."""
    return {name: "***" if any(word in name.lower() for word in _SECRET) else value for name, value in event.items()}


def set_up(directory: Path, name: str) -> None:
    """Send every log line to `directory`/`name`.log, rotated at 5 MB, five kept, mode 0600."""
    directory.mkdir(exist_ok=True, mode=0o700)
    path = directory / f"{name}.log"
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8")
    path.chmod(0o600)
    processors: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
        format_exc_info,
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
