"""The ``dnnrun`` command, also as ``python -m dnnrun``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; an interruption while it is still being imported ends it as quietly as a later one."""
    try:
        from dnnrun.cli.app import main as run  # noqa: PLC0415

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
