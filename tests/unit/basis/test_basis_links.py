"""The signed address of an answer's basis: whole, of this answer, for a day, and without any value."""

import json
import string
from datetime import timedelta
from types import SimpleNamespace

import pytest

from cds_service.basis.links import LIFETIME, Links, entry_of, sign_entry
from cds_service.outgoing.deadline import Deadline
from cds_service.site.clients import Capabilities
from cds_service.web.cds_api import _basis_url
from tests.review_desk import ReviewDesk

KEY = bytes(range(32))
ENTRY = "8f2c1e3a-5b1d-4c8e-9d6b-0a1b2c3d4e5f"
OTHER = "9f2c1e3a-5b1d-4c8e-9d6b-0a1b2c3d4e5f"
BASE = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return ReviewDesk(tmp_path_factory.mktemp("log"))


def signed(desk, number=1):
    """The path of the first link of each card of a new answer, and its entry."""
    entry = desk.sign(number=number)
    links = [card["links"][0] for card in desk.content(entry)["cards"]]
    assert {one["type"] for one in links} == {"absolute"}
    (url,) = {one["url"] for one in links}
    return url.removeprefix(BASE), entry


def read(desk, path):
    return desk.app.test_client().get(path, headers={"Accept": "text/html"})


def test_every_character_of_the_address_counts():
    address = sign_entry(ENTRY, KEY)
    assert entry_of(address, KEY) == ENTRY
    for at, was in enumerate(address):
        for sign in set(string.ascii_letters + string.digits + "-_.=é ") - {was}:
            assert entry_of(address[:at] + sign + address[at + 1 :], KEY) is None
        assert entry_of(address[:at] + address[at + 1 :], KEY) is None
    for other in (
        f"{address}A",
        f"{address}=",
        f" {address}",
        address.replace(ENTRY, OTHER),
        ENTRY,
        "",
    ):
        assert entry_of(other, KEY) is None
    assert entry_of(address, KEY[::-1]) is None


def test_the_first_link_of_a_card_opens_its_answer_and_the_log_holds_it(desk):
    path, entry = signed(desk)
    assert path.startswith(f"/basis/{entry.id}.")
    page = read(desk, path)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    look = desk.newest("read")
    assert (look.about, look.patient, look.user) == (
        entry.id,
        entry.patient,
        "link:card",
    )


def test_a_trial_is_noted_without_what_was_tried(desk):
    path, entry = signed(desk, 8)
    tried = desk.app.test_client().post(path, data={"bmd-t-score": "-1.7", "part": "1"})
    assert "another patient, not this one" in tried.text
    look = desk.newest("read")
    assert (look.about, desk.content(look)) == (entry.id, {"view": "what-if"})
    assert (
        desk.app.test_client()
        .post(f"{path}x", data={"bmd-t-score": "-1.7"})
        .status_code
        == 403
    )


def test_behind_the_login_a_reviewer_has_the_same_page_and_its_trials(desk):
    entry = desk.sign(number=9)
    address = f"/audit/entries/{entry.id}/basis"
    assert "The basis of one answer" not in read(desk, address).text
    anna = desk.reviewer("anna")
    page = anna.get(address)
    assert "The basis of one answer" in page
    assert "<script" not in page  # the policy of these pages allows none
    assert (desk.newest("read").about, desk.newest("read").user) == (entry.id, "anna")
    tried = anna.post(address, **{"bmd-t-score": "-1.7"})
    assert "another patient, not this one" in tried.text
    assert desk.content(desk.newest("read"))["view"] == "what-if"


def test_an_address_that_is_not_as_it_was_signed_is_refused_without_a_word_of_it(desk):
    path, entry = signed(desk, 2)
    looks = len(desk.all("read"))
    for changed in (
        path[:-1],
        f"{path}A",
        f"{path}?x=1",
        f"{path}/",
        f"{path}//",
        path.replace(".", "%2E"),
        path.replace("basis/", "basis//"),
        path.replace("basis", "b%61sis"),
        f"{path[:-1]}%{ord(path[-1]):02X}",
        path.replace(entry.id, signed(desk, 3)[1].id),
        "/basis/x",
    ):
        page = read(desk, changed)
        assert page.status_code == 403, changed
        assert entry.id not in page.text
        assert entry.patient not in page.text
    assert len(desk.all("read")) == looks


@pytest.mark.parametrize("raw", ["{path}?", "{path}/", "/{path}", "{path}%2F"])
def test_an_address_that_was_tidied_is_refused(desk, raw):
    path, _ = signed(desk, 5)
    sent = {"RAW_URI": raw.format(path=path)}
    client = desk.app.test_client()
    assert client.get(path, environ_overrides=sent).status_code == 403
    for whole in (path, f"https://cds.example.org{path}", f"/below{path}"):
        sent = {"RAW_URI": whole}
        assert client.get(path, environ_overrides=sent).status_code == 200


def test_an_entry_that_is_no_answer_or_not_there_has_no_basis(desk):
    key = desk.store.link_key()
    assert read(desk, signed(desk, 1)[0]).status_code == 200
    for entry_id in (OTHER, desk.all("read")[0].id):
        assert read(desk, f"/basis/{sign_entry(entry_id, key)}").status_code == 403


def test_a_day_later_the_address_is_refused(desk, monkeypatch):
    path, _ = signed(desk, 4)
    shown = desk.now
    for passed, status in ((LIFETIME - timedelta(seconds=1), 200), (LIFETIME, 403)):
        monkeypatch.setattr(desk, "now", shown + passed)
        assert read(desk, path).status_code == status


@pytest.mark.parametrize(
    ("ahead", "status"),
    [(timedelta(minutes=2), 200), (timedelta(hours=2), 403), (timedelta(365), 403)],
)
def test_a_link_of_a_clock_that_was_ahead_opens_nothing(
    desk, monkeypatch, ahead, status
):
    """It would stay open until a day after the time that the clock showed."""
    right = desk.now
    monkeypatch.setattr(desk, "now", right + ahead)
    path, _ = signed(desk, 20 + ahead.days)
    monkeypatch.setattr(desk, "now", right)
    assert read(desk, path).status_code == status


def test_two_replicas_sign_with_one_key_and_a_setting_comes_before_it(desk, tmp_path):
    path, _ = signed(desk, 5)
    second = ReviewDesk(tmp_path, url=desk.url)
    assert read(second, path).status_code == 200
    file = tmp_path / "link.key"
    file.write_bytes(KEY)
    file.chmod(0o600)
    third = ReviewDesk(tmp_path, url=desk.url, link_key=file)
    assert read(third, path).status_code == 403
    assert entry_of(signed(third, 6)[0].removeprefix("/basis/"), KEY) is not None


def test_without_the_key_in_time_the_card_leaves_without_this_link(desk, monkeypatch):
    monkeypatch.setattr(desk.store, "_link_key", None)
    monkeypatch.setattr(desk.store, "_read_link_key", lambda: 1 / 0)
    entry = desk.sign(number=7)
    assert "/basis/" not in json.dumps(desk.content(entry)["cards"])


@pytest.mark.parametrize("pages", ["basis", "handout"])
def test_without_the_key_in_time_a_page_says_so_and_accuses_no_link(
    desk, monkeypatch, pages
):
    monkeypatch.setattr(desk.store, "_link_key", None)
    monkeypatch.setattr(desk.store, "_read_link_key", lambda: 1 / 0)
    page = read(desk, f"/{pages}/{ENTRY}")
    assert page.status_code == 503
    assert "was changed" not in page.text


@pytest.mark.parametrize(
    ("way", "path"),
    [
        (None, "/basis/"),
        ("signed", "/basis/"),
        ("login", "/audit/entries/"),
        ("off", ""),
    ],
)
def test_an_ehr_may_have_links_to_a_login_or_none(way, path):
    client = SimpleNamespace(capabilities=Capabilities(links=way))
    around = SimpleNamespace(links=Links(BASE, lambda _: KEY))
    url = _basis_url(around, client, Deadline.after(1), ENTRY)
    assert url.startswith(f"{BASE}{path}{ENTRY}") if path else url == ""
