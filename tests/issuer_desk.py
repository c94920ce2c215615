"""The review pages of a site that names an issuer, and browsers that go there and back."""

from pathlib import Path
from urllib.parse import urlsplit

from tests.review_desk import Reviewer, words

BACK = "/audit/login/callback"
SESSION, WAY = "kyphoplasty-cds-review", "kyphoplasty-cds-issuer"
SITE = Path(__file__).with_suffix(".template").read_text(encoding="utf-8")


class Traveller(Reviewer):
    """A browser that goes to the issuer and back."""

    def __init__(self, desk):
        super().__init__(desk)
        self.desk = desk

    def set_out(self, wanted="/audit"):
        response = self.client.get(
            "/audit/login/issuer", query_string={"wanted": wanted}
        )
        assert response.status_code == 303, response.text
        return response.headers["Location"]

    def come_back(self, address):
        parts = urlsplit(address)
        assert parts.path == BACK
        return self.client.get(f"{parts.path}?{parts.query}")

    @property
    def way(self):
        """What the browser holds on its way."""
        return self.client.get_cookie(WAY, path="/audit/login").decoded_value

    def bring(self, way):
        self.client.set_cookie(WAY, way, path="/audit/login")

    def log_in_at(self, stub, wanted="/audit"):
        return self.come_back(stub.browse(self.set_out(wanted)))


def refusal(traveller, response):
    """Refused with the fixed page and without a session; the reason that the entry gives."""
    assert response.status_code == 403
    assert "did not succeed, or this account has no role" in words(response.text)
    assert traveller.client.get_cookie(SESSION, path="/audit") is None
    traveller.get("/audit", 401)
    entry = traveller.desk.newest("login")
    assert entry.result == "denied"
    return traveller.desk.content(entry)["why"]


def unreachable(traveller, response):
    assert response.status_code == 503
    assert "The hospital's login cannot be reached now." in words(response.text)
    assert traveller.client.get_cookie(SESSION, path="/audit") is None
