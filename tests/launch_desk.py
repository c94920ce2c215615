"""A service whose worksheet an EHR may launch, and the browser of a clinician."""

import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cds_service.site.folder import load_site
from tests.review_desk import ReviewDesk, words
from tests.stub_ehr import LAUNCH, StubEhr

SITE = """
[site]
name = "Example Hospital"
time-zone = "Europe/Berlin"
[fhir]
allow-private-networks = true
[[clients]]
issuer = "https://ehr.example.org"
jwks-url = "http://127.0.0.1:9/keys"
fhir-servers = ["{base}"]
[clients.worksheet]
client-id = "kyphoplasty-cds"
{more}
"""
HU = {
    "hu": "40",
    "level": "L1",
    "contrast": "no",
    "kv": "120",
    "trabecular": "yes",
    "date": "2026-11-02",
}
FIELD = re.compile(r'<input form="sheet" type="hidden" name="(\w+)" value="([^"]*)"')


class LaunchDesk(ReviewDesk):
    """The application of a site whose EHR this is."""

    def __init__(
        self, folder: Path, ehr: StubEhr, more: str = "", template: str = SITE
    ) -> None:
        text = template.format(base=ehr.base, more=more)
        (folder / "site.toml").write_text(text)
        self.ehr = ehr
        super().__init__(folder, site=load_site(folder))


class Clinician:
    """A browser without scripts."""

    def __init__(self, desk: LaunchDesk) -> None:
        self.desk, self.ehr = desk, desk.ehr
        self.client = desk.app.test_client()

    def set_out(self, iss: str | None = None, launch: str = LAUNCH) -> Any:
        query = {"iss": iss or self.ehr.base, "launch": launch}
        return self.client.get("/worksheet/launch", query_string=query)

    def come_back(self, address: str) -> Any:
        parts = urlsplit(address)
        assert parts.path.startswith("/worksheet/callback/")
        return self.client.get(f"{parts.path}?{parts.query}")

    def launch(self, patient: str = "p1") -> str:
        """Open the worksheet of this patient; its address."""
        self.ehr.patient = patient
        landed = self.come_back(self.ehr.browse(self.set_out().headers["Location"]))
        assert landed.status_code == 200, landed.text
        return re.search(r"url=(/worksheet/at/[\w-]+)", landed.text)[1]

    def compute(self, place: str, **form: str) -> Any:
        return self.client.post(place, data={**HU, **form})

    def save(self, place: str, *, after: Any = None, **form: str) -> Any:
        """Compute, look, and save what was shown, changed by the form."""
        page = after or self.compute(place, **form)
        hidden = dict(FIELD.findall(page.text))
        data = {**HU, **hidden, "act": "save", **form}
        return self.client.post(place, data=data)


def said(response: Any) -> str:
    """What a person reads."""
    return words(unescape(response.text))
