"""Addresses that were signed before open nothing more once the EHR's links ask for a login or are off."""

import pytest

from cds_service.loading import load_service
from cds_service.site.folder import load_site
from tests.client_tokens import Signer, client_of, key_set, site_folder
from tests.patients.leaving import SERVICE, discharge, leaving_chart
from tests.review_desk import ReviewDesk

KEY = Signer()
NORTH, SOUTH = "https://north.example.org", "https://south.example.org"
BASE = "http://127.0.0.1:8080"
LEAVING = f"/cds-services/{SERVICE}"


def desk(folder, url="", *, north="signed"):
    """The service of two EHRs; the links of one of them are set to this."""
    line = f'capabilities = {{ links = "{north}" }}'
    site = site_folder(folder, client_of(line, issuer=NORTH), client_of(issuer=SOUTH))
    (site / "keys.json").write_bytes(key_set(KEY))
    loaded = load_site(site)
    return ReviewDesk(folder, load_service(loaded), BASE, url, loaded)


def pages_of(around, issuer):
    """The paths of the two pages that the card of a discharge leads to."""
    token = KEY.token(BASE + LEAVING, claims={"iss": issuer})
    reply = around.app.test_client().post(
        LEAVING,
        json=discharge(leaving_chart()),
        headers={"Authorization": f"Bearer {token}"},
    )
    (card,) = reply.json["cards"]
    urls = (link["url"].removeprefix(BASE).partition("#")[0] for link in card["links"])
    return sorted({url for url in urls if url.startswith(("/basis/", "/handout/"))})


def statuses(around, paths):
    client = around.app.test_client()
    return [client.get(path).status_code for path in paths]


def test_an_address_that_was_signed_before_follows_the_setting(tmp_path):
    first = desk(tmp_path / "first")
    north, south = pages_of(first, NORTH), pages_of(first, SOUTH)
    assert (len(north), len(south)) == (2, 2)
    assert statuses(first, north + south) == [200] * 4
    for number, (way, expected) in enumerate(
        [("signed", 200), ("login", 403), ("off", 403)]
    ):
        changed = desk(tmp_path / str(number), first.url, north=way)
        assert statuses(changed, north) == [expected] * 2, way
        assert statuses(changed, south) == [200] * 2, way
        changed.close()
    # four at first, then those that opened, and none that was refused
    assert len(first.all("read")) == 4 + 3 * 2 + 2
    first.close()


@pytest.mark.parametrize("way", ["login", "off"])
def test_such_a_refusal_says_no_word_of_the_answer(tmp_path, way):
    first = desk(tmp_path / "first")
    paths = pages_of(first, NORTH)
    entry = first.newest("answer")
    changed = desk(tmp_path / "changed", first.url, north=way)
    for path in paths:
        page = changed.app.test_client().get(path, headers={"Accept": "text/html"})
        assert page.status_code == 403
        assert "closed" in page.text
        assert entry.id not in page.text
        assert entry.patient not in page.text


def one_ehr(folder, url, issuer):
    """The same service after all EHRs but this one were taken out of the site."""
    site = site_folder(folder, client_of(issuer=issuer))
    (site / "keys.json").write_bytes(key_set(KEY))
    loaded = load_site(site)
    return ReviewDesk(folder, load_service(loaded), BASE, url, loaded)


def test_the_addresses_of_an_ehr_that_was_taken_out_open_nothing(tmp_path):
    first = desk(tmp_path / "first")
    north, south = pages_of(first, NORTH), pages_of(first, SOUTH)
    later = one_ehr(tmp_path / "later", first.url, SOUTH)
    assert statuses(later, north) == [403] * 2
    assert statuses(later, south) == [200] * 2
    opened = ReviewDesk(tmp_path, None, BASE, first.url)
    assert statuses(opened, north + south) == [403] * 4
