"""The account that runs a command."""

from __future__ import annotations

import getpass
import os
from contextlib import suppress


def machine_user() -> str:
    """`os:` and the account's name, or its number if it has none."""
    with suppress(KeyError, OSError):
        return f"os:{getpass.getuser()}"
    return f"os:{os.getuid()}"
