"""`smartplus`, also as `python -m smartplus_tui`."""

from __future__ import annotations

from smartplus_tui.cli.root import root


def main() -> None:
    """Run the command line and end with its exit code."""
    root(prog_name="smartplus")


if __name__ == "__main__":
    main()
