"""Sessions of the launched worksheet: rows that only the browser's secret opens.

The next request may reach another replica, which then needs the EHR's token. Neither
the browser nor the database may know that token. So the row is encrypted with a key
made of the browser's secret, of which the row holds only a digest.
"""

import json
from base64 import urlsafe_b64encode
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from hmac import digest

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from cds_service.audit.chain import time_text
from cds_service.audit.tables import LAUNCHES
from cds_service.launch.authorizing import LONGEST, Launched
from cds_service.review.access import CLOCKS_APART, Access, digest_of


class LaunchSessions:
    """The sessions in one database."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def begin(self, secret: str, launched: Launched) -> None:
        """Keep this launch for the browser with this secret, until it ends."""
        content = asdict(launched) | {"ends": launched.ends.isoformat()}
        row = {
            "digest": digest_of(secret),
            "ends": time_text(launched.ends),
            "sealed": _seal(secret).encrypt(json.dumps(content).encode()).decode(),
        }
        with self._access.writing() as connection:
            ended = LAUNCHES.c.ends <= self._access.now()
            connection.execute(sa.delete(LAUNCHES).where(ended))
            connection.execute(sa.insert(LAUNCHES), [row])

    def find(self, secret: str) -> Launched | None:
        """Find the launch of the browser with this secret, if it has not ended."""
        is_open = (
            LAUNCHES.c.digest == digest_of(secret),
            LAUNCHES.c.ends > self._access.now(),
            LAUNCHES.c.ends <= self._access.now(LONGEST + CLOCKS_APART),
        )
        with self._access.reading() as connection:
            wanted = sa.select(LAUNCHES.c.sealed).where(*is_open)
            sealed = connection.execute(wanted).scalar()
        if sealed is None:
            return None
        try:
            content = json.loads(_seal(secret).decrypt(sealed.encode()))
        except InvalidToken:  # a row that was changed
            return None
        ends = datetime.fromisoformat(content.pop("ends"))
        return Launched(**content, ends=ends)

    def end(self, secret: str) -> None:
        with self._access.writing() as connection:
            row = LAUNCHES.c.digest == digest_of(secret)
            connection.execute(sa.delete(LAUNCHES).where(row))


def _seal(secret: str) -> Fernet:
    key = digest(secret.encode(), b"launch session", sha256)
    return Fernet(urlsafe_b64encode(key))
