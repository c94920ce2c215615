"""Files with a client's public keys must hold no private key."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from cds_service.protocol.json_text import JsonTextError, decode_json


def holds_private_key(file: Path) -> bool:
    """Whether one of the keys is private (RFC 7518, 6.2.2 and 6.3.2); False if the file cannot be read."""
    document: Any = None
    with suppress(OSError, JsonTextError):
        document = decode_json(file.read_bytes())
    keys = document.get("keys") if isinstance(document, dict) else None
    return isinstance(keys, list) and any(isinstance(key, dict) and "d" in key for key in keys)
