"""`python -m backend.virtual FILE.toml`: virtual devices as a process of their own."""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

from pydantic import ValidationError

from backend.virtual.site import run


def main() -> int:
    """Serve until told to end; 2 for a file that cannot be served, with one line for each fault in it."""
    parser = argparse.ArgumentParser(prog="smartplus virtual run", description="Virtual Akuvox devices on loopback.")
    parser.add_argument("file", type=Path, help="the site file (TOML)")
    parser.add_argument("--until-eof", action="store_true", help="end with the end of standard input")
    chosen = parser.parse_args()
    try:
        run(chosen.file, until_eof=chosen.until_eof)
    except ValidationError as error:
        for one in error.errors(include_input=False, include_url=False):
            print(f"{chosen.file.name}: {'.'.join(map(str, one['loc']))}: {one['msg']}", file=sys.stderr)
        return 2
    except (OSError, ValueError, tomllib.TOMLDecodeError) as error:
        print(f"{chosen.file.name}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
