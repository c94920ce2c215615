"""Sign and read the addresses of one answer's pages: its basis, the page to take home.

A person who has an address may read that page until the address expires. An address
names the audit entry, and for the patient's page the language and form. It names
nothing else: no patient, no value.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Literal, NamedTuple, get_args

from itsdangerous import Signer

from cds_service.outgoing.deadline import Deadline

Access = Literal["signed", "login", "off"]
# For getting the key: share of the time that is left. A process asks once.
KEY_SHARE = 1 / 4
SALT = b"kyphoplasty-cds basis 1"
HANDOUT_SALT = b"kyphoplasty-cds handout 1"
Form = Literal["html", "a4", "letter"]
# An address stays in histories and screenshots. Later a reviewer opens the entry
# itself.
LIFETIME = timedelta(hours=24)
CLOCKS_APART = timedelta(minutes=5)  # of two replicas, at most


def sign_entry(entry_id: str, key: bytes) -> str:
    """Make the last part of the address of this entry's basis."""
    return Signer(key, salt=SALT, digest_method=hashlib.sha256).sign(entry_id).decode()


def entry_of(address: str, key: bytes) -> str | None:
    """Read the entry that this address names; None if any character was changed.

    The entry is signed anew and compared: decoding would accept several spellings of
    one signature.
    """
    entry_id, _, _ = address.partition(".")
    is_ours = compare_digest(sign_entry(entry_id, key).encode(), address.encode())
    return entry_id if is_ours else None


class HandoutAddress(NamedTuple):
    """The parts of the address of a patient's page."""

    entry_id: str
    language: str
    form: Form


def sign_handout(page: HandoutAddress, key: bytes) -> str:
    """Make the last part of the address of this page."""
    signer = Signer(key, salt=HANDOUT_SALT, digest_method=hashlib.sha256)
    return signer.sign("~".join(page)).decode()


def handout_of(address: str, key: bytes) -> HandoutAddress | None:
    """Read what this address names; None if any character is not as it was signed."""
    parts = address.partition(".")[0].split("~")
    if len(parts) != 3 or parts[2] not in get_args(Form):
        return None
    form = next(form for form in get_args(Form) if form == parts[2])
    page = HandoutAddress(parts[0], parts[1], form)
    is_ours = compare_digest(sign_handout(page, key).encode(), address.encode())
    return page if is_ours else None


def has_expired(shown_at: datetime, now: datetime) -> bool:
    """Tell if the address of an answer that was shown then has expired.

    One from a clock that was ahead would be open until the right one reaches it.
    """
    return not shown_at - CLOCKS_APART <= now < shown_at + LIFETIME


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of basis pages and patients' pages.

    Attributes:
        base_url: base URL of this service, without a slash at the end.
        key: returns the key that signs, or None if it is not known within this many
            seconds.
    """

    base_url: str
    key: Callable[[float], bytes | None]

    def address(self, access: Access | None, deadline: Deadline, entry_id: str) -> str:
        """Return the address of this entry's basis; empty without links or key.

        The key has to come within a share of the time that is left: a card without
        this link says the same.

        Args:
            access: `signed` or None for a signed address, `login` for the review
                pages, `off` for no link.
            deadline: the deadline of the answer.
        """
        if access == "off":
            return ""
        if access == "login":
            return f"{self.base_url}/audit/entries/{entry_id}/basis"
        key = self.key(deadline.left * KEY_SHARE)
        return f"{self.base_url}/basis/{sign_entry(entry_id, key)}" if key else ""

    def handout(
        self, access: Access | None, deadline: Deadline, entry_id: str, language: str
    ) -> str:
        """Return the address of the patient's page; empty as for the basis.

        An EHR whose links lead to the review pages has no such address: those who print
        the page have no account there.
        """
        if access in ("off", "login"):
            return ""
        key = self.key(deadline.left * KEY_SHARE)
        page = HandoutAddress(entry_id, language, "html")
        return f"{self.base_url}/handout/{sign_handout(page, key)}" if key else ""
