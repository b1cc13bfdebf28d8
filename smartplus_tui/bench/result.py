"""What a benchmark answers, and the figures it makes of its samples."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark: a figure in `unit`, what it was measured against in the same run, and the goal in words.

    `ratio` is figure to reference unless the benchmark says otherwise; `runs` is how often each side was measured.
    """

    name: str
    figure: float
    unit: str
    reference: float
    ratio: float
    goal: str
    ok: bool
    runs: int
    machine: str

    def as_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return asdict(self)

    def line(self) -> str:
        """The result for people."""
        mark = "ok" if self.ok else "MISSED"
        return (
            f"{self.name:<15}{self.figure:>10,.4g} {self.unit:<3} against {self.reference:,.4g} {self.unit}, "
            f"ratio {self.ratio:.3g}; goal {self.goal}: {mark}  ({self.runs} runs)"
        )


def machine() -> str:
    """The machine in one line: system, cores, Python, and how busy it was."""
    load = os.getloadavg()[0]
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {load:.1f}"
    )


def rounded(value: float) -> float:
    """Four significant digits: more is noise."""
    return float(f"{value:.4g}")


def median(samples: Sequence[float]) -> float:
    """The sample in the middle."""
    return statistics.median(samples)


def p95(samples: Sequence[float]) -> float:
    """The sample that 95 of 100 do not exceed."""
    ranked = sorted(samples)
    return ranked[min(len(ranked) - 1, -(-len(ranked) * 95 // 100) - 1)]
