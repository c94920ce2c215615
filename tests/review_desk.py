"""A log with entries of the real service, and reviewers in front of its pages; the clock stands until it is moved."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cds_service.audit.query import Query
from cds_service.audit.reader import ListedEntry
from cds_service.audit.store import AuditStore
from cds_service.call import Service
from cds_service.review.access import Access
from cds_service.review.accounts import Accounts
from cds_service.settings import Settings
from cds_service.site.folder import SiteFolder
from cds_service.site.review import Role
from cds_service.web.app import Wiring, create_app
from tests.chart_builders import (
    HOOK,
    NOW,
    PATIENT,
    brace,
    kyphoplasty,
    open_service,
    order_sign,
    thin_and_weak,
)

PASSWORD = "correct horse battery"
TOKEN = re.compile(r'name="token" value="([^"]+)"')


class ReviewDesk:
    """The application over a log in a file.

    Attributes:
        now: what its clock says.
    """

    def __init__(
        self,
        folder: Path,
        service: Service | None = None,
        base_url: str = "http://127.0.0.1:8080",
        url: str = "",
        site: SiteFolder | None = None,
        **settings: Any,
    ) -> None:
        self.now = NOW
        self.url = url or f"sqlite:///{folder / 'audit.sqlite3'}"
        self.store = AuditStore(self.url, wait_seconds=5, clock=lambda: self.now)
        self.accounts = Accounts(Access(lambda: self.store.database, lambda: self.now))
        self.app = create_app(
            service or open_service(),
            Settings(database_url=self.url, deadline_seconds=60, **settings),
            audit=self.store,
            base_url=base_url,
            site=site,
            wiring=Wiring(clock=lambda: self.now),
        )

    def close(self) -> None:
        self.store.close()

    def sign(
        self,
        *resources: Any,
        patient: str = PATIENT,
        number: int = 1,
        with_brace: bool = False,
    ) -> ListedEntry:
        """Sign a kyphoplasty; its entry."""
        drafts = (kyphoplasty(), brace()) if with_brace else (kyphoplasty(),)
        hook_instance = str(uuid5(NAMESPACE_URL, f"{patient} {number}"))
        body = order_sign(
            resources or thin_and_weak(), *drafts, hook_instance=hook_instance
        )
        text = json.dumps(body).replace(PATIENT, patient)
        response = self.app.test_client().post(
            f"/cds-services/{HOOK}",
            data=text,
            headers={"Content-Type": "application/json"},
        )
        assert response.status_code == 200, response.text
        return self.newest("answer")

    def refuse(self) -> ListedEntry:
        """An order of another patient than the request's."""
        body = order_sign(
            thin_and_weak(), kyphoplasty(subject={"reference": "Patient/someone-else"})
        )
        assert (
            self.app.test_client().post(f"/cds-services/{HOOK}", json=body).status_code
            == 400
        )
        return self.newest("refusal")

    def tell(
        self, card: str, outcome: str, *, suggestion: str = "", reason: str = ""
    ) -> None:
        """Send feedback on a card."""
        item: dict[str, Any] = {
            "card": card,
            "outcome": outcome,
            "outcomeTimestamp": self.now.isoformat(),
        }
        if suggestion:
            item["acceptedSuggestions"] = [{"id": suggestion}]
        if reason:
            item["overrideReason"] = {"reason": {"code": reason}}
        sent = self.app.test_client().post(
            f"/cds-services/{HOOK}/feedback", json={"feedback": [item]}
        )
        assert sent.status_code == 200, sent.text

    def reviewer(self, name: str = "anna", role: Role = "reviewer") -> Reviewer:
        """Somebody who is logged in."""
        self.accounts.add(name, role, PASSWORD, replace=True)
        found = Reviewer(self)
        assert found.log_in(name, PASSWORD).status_code == 303
        return found

    def newest(self, kind: str) -> ListedEntry:
        """The last entry of this kind."""
        return self.all(kind)[0]

    def all(self, *kinds: str) -> tuple[ListedEntry, ...]:
        """Entries of these kinds, newest first by place."""
        found = self.store.reader.find(Query(kinds=kinds), limit=500).entries
        return tuple(sorted(found, key=lambda one: -one.sequence))

    def content(self, found: ListedEntry) -> Any:
        """What an entry says."""
        return self.store.reader.entry(found.sequence).content

    def later(self, **span: float) -> None:
        """Move the clock."""
        self.now += timedelta(**span)


class Reviewer:
    """A browser without scripts."""

    def __init__(self, desk: ReviewDesk) -> None:
        self.client = desk.app.test_client()

    def get(self, address: str, status: int = 200) -> str:
        """The page, which must have this status."""
        response = self.client.get(address)
        assert response.status_code == status, (
            response.status_code,
            response.text[:500],
        )
        return response.text

    def token(self, page: str = "/audit/integrity") -> str:
        """The token of the forms of this session."""
        return TOKEN.search(self.client.get(page).text).group(1)

    def post(self, address: str, **form: str) -> Any:
        """Send a form as it stands on the page."""
        return self.client.post(address, data={"token": self.token(), **form})

    def log_in(self, name: str, password: str, **form: str) -> Any:
        """Fill in the login form."""
        token = TOKEN.search(self.client.get("/audit/login").text).group(1)
        return self.client.post(
            "/audit/login",
            data={
                "token": token,
                "wanted": "/audit",
                "name": name,
                "password": password,
                **form,
            },
        )


def words(page: str) -> str:
    """What a person reads of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
