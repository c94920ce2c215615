"""The signed address of one answer's basis page: whoever holds it may read that page until it expires.

It names the audit entry and nothing else: no patient, no value.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from hmac import compare_digest

from itsdangerous import Signer

SALT = b"kyphoplasty-cds basis 1"
# An address stays in histories and screenshots (cards, B8). Later a reviewer opens the entry itself.
LIFETIME = timedelta(hours=24)


def sign_entry(entry_id: str, key: bytes) -> str:
    """The last part of the address of this entry's basis."""
    return Signer(key, salt=SALT, digest_method=hashlib.sha256).sign(entry_id).decode()


def entry_of(address: str, key: bytes) -> str | None:
    """The entry that this address names; None where any character of it is not as it was signed.

    It is signed anew and compared: decoding would accept several spellings of one signature.
    """
    entry_id, _, _ = address.partition(".")
    return entry_id if compare_digest(sign_entry(entry_id, key).encode(), address.encode()) else None


def has_expired(shown: datetime, now: datetime) -> bool:
    """Whether the address of an answer that was shown then is no longer honoured."""
    return now >= shown + LIFETIME
