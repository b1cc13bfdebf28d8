"""`python -m backend.agent --site DIR`: the agent as a process of its own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from backend.agent.process import run_agent


def main() -> int:
    """Parse the arguments and run; exit codes as the command line has them."""
    parser = argparse.ArgumentParser(prog="smartplus agent", description="The device agent of a site.")
    parser.add_argument("--site", type=Path, required=True, help="the directory of the site")
    parser.add_argument("--with-terminals", action="store_true", help="end when the last terminal has gone")
    parser.add_argument("--once", action="store_true", help="end when nothing is dirty or due")
    chosen = parser.parse_args()
    return run_agent(chosen.site, with_terminals=chosen.with_terminals, once=chosen.once)


if __name__ == "__main__":
    sys.exit(main())
