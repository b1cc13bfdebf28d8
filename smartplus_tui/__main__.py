"""`smartplus`, also as `python -m smartplus_tui`."""

from __future__ import annotations

import gc

ROOMY = 50_000
"""Objects between two looks for garbage: what is loaded at a start is none, and looking there takes a fifth of it."""


def main() -> None:
    """Run the command line and end with its exit code."""
    gc.set_threshold(ROOMY)
    from smartplus_tui.cli.root import root

    root(prog_name="smartplus")


if __name__ == "__main__":
    main()
