"""`python -m backend.bench PART ...`: one part, its figures as JSON on standard output."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def main() -> None:
    """Run the part that is named."""
    parser = argparse.ArgumentParser(prog="python -m backend.bench")
    parts = parser.add_subparsers(dest="part", required=True)
    logs = parts.add_parser("door-logs", help="fill the door log of a site")
    logs.add_argument("site", type=Path)
    logs.add_argument("rows", type=int)
    chosen = parser.parse_args()
    from backend.bench.door_logs import fill

    fill(chosen.site, chosen.rows)
    print(json.dumps({"rows": chosen.rows}))


if __name__ == "__main__":
    main()
