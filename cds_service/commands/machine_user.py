"""Who runs a command."""

from __future__ import annotations

import getpass
import os
from contextlib import suppress


def machine_user() -> str:
    """`os:` and the account, as the machine knows it; its number where it has no name."""
    with suppress(KeyError, OSError):
        return f"os:{getpass.getuser()}"
    return f"os:{os.getuid()}"
