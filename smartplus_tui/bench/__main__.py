"""`python -m smartplus_tui.bench NAME [--json] [--small]`."""

from __future__ import annotations

import argparse
import sys

from smartplus_tui.bench import main

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="smartplus bench")
    parser.add_argument("name")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--small", action="store_true")
    chosen = parser.parse_args()
    sys.exit(main(chosen.name, json=chosen.json, small=chosen.small))
