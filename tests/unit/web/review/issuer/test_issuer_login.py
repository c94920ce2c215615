"""The hospital's own login: who gets in by it, as whom, and what is left of it."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from cds_service.errors import DataFileError
from cds_service.review import issuer_login
from tests.issuer_desk import BACK, SESSION, WAY, Traveller, refusal
from tests.review_desk import PASSWORD, ReviewDesk, Reviewer
from tests.stub_issuer import CLIENT_ID, SECRET


def test_who_has_a_role_gets_in_and_goes_on_to_the_wanted_page(desk, traveller, stub):
    response = traveller.log_in_at(stub, "/audit?patient=pat-1&kind=answer")
    assert response.status_code == 200
    assert (
        '<meta http-equiv="refresh" content="0;'
        ' url=/audit?patient=pat-1&amp;kind=answer">' in response.text
    )
    assert "Find entries" in traveller.get("/audit")
    entry = desk.newest("login")
    assert (entry.user, entry.result) == (f"{stub.issuer}|8f3a-11", "login")
    assert desk.content(entry)["role"] == "reviewer"
    cookies = response.headers.getlist("Set-Cookie")
    (session,) = [one for one in cookies if one.startswith(SESSION)]
    assert all(word in session for word in ("SameSite=Strict", "HttpOnly"))
    assert any(one.startswith(f"{WAY}=;") and "Max-Age=0" in one for one in cookies)


def test_the_browser_is_sent_with_pkce_state_and_nonce_to_come_back_to_the_known_address(
    make_desk,
):
    desk = make_desk(base_url="https://cds.example.org")
    response = desk.app.test_client().get(
        "/audit/login/issuer", headers={"X-Forwarded-Host": "evil.example"}
    )
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    assert query["redirect_uri"] == ["https://cds.example.org/audit/login/callback"]
    assert query["theme"] == ["plain"]  # of the issuer's own address
    assert (query["response_type"], query["client_id"], query["scope"]) == (
        ["code"],
        [CLIENT_ID],
        ["openid"],
    )
    assert query["code_challenge_method"] == ["S256"]
    secrets = [query[name][0] for name in ("state", "nonce", "code_challenge")]
    assert len(set(secrets)) == 3
    assert all(len(one) == 43 for one in secrets)
    (cookie,) = response.headers.getlist("Set-Cookie")
    for word in (
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Path=/audit/login",
        "Max-Age=3600",
    ):
        assert word in cookie
    assert not any(one in cookie for one in secrets)


def test_another_replica_takes_the_browser_back(make_desk, stub):
    one, other = make_desk(), make_desk()
    traveller, elsewhere = Traveller(one), Traveller(other)
    address = stub.browse(traveller.set_out())
    elsewhere.bring(traveller.way)
    assert elsewhere.come_back(address).status_code == 200
    elsewhere.get("/audit")


@pytest.fixture
def secret_desk(make_desk, stub, tmp_path):
    """Of a site whose client has a secret."""
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0o600)
    stub.secret = SECRET
    return make_desk('client-secret-file = "secret"')


def test_a_client_with_a_secret_proves_itself_with_it(secret_desk, stub):
    assert Traveller(secret_desk).log_in_at(stub).status_code == 200
    stub.secret = "another"
    traveller = Traveller(secret_desk)
    assert refusal(traveller, traveller.log_in_at(stub)) == "code"


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["cds-operators"], "operator"),
        ("cds-privacy", "privacy-officer"),
        (["cds-operators", "cds-reviewers", 7, None], "reviewer"),
        (["cds-reviewers", "cds-privacy"], "privacy-officer"),
    ],
)
def test_of_several_roles_the_one_that_may_most_counts(desk, stub, groups, role):
    stub.claims = {"groups": groups}
    Traveller(desk).log_in_at(stub)
    assert desk.content(desk.newest("login"))["role"] == role


def test_roles_are_read_again_at_each_login(desk, stub):
    traveller = Traveller(desk)
    traveller.log_in_at(stub)
    traveller.get("/audit")
    stub.claims = {"groups": ["cds-operators"]}
    traveller.log_in_at(stub)
    traveller.get("/audit", 303)
    stub.claims = {"groups": ["staff"]}
    assert Traveller(desk).log_in_at(stub).status_code == 403


def test_the_session_ends_as_that_of_a_local_account_does(desk, traveller, stub):
    traveller.log_in_at(stub)
    desk.later(minutes=31)
    traveller.get("/audit", 401)
    traveller.log_in_at(stub)
    assert traveller.post("/audit/logout").status_code == 303
    assert desk.newest("login").result == "logout"
    traveller.get("/audit", 401)


@pytest.mark.parametrize(
    ("written", "changed", "status"),
    [
        ("/hospital", "/other", 401),
        ('"cds-reviewers" = "reviewer"\n', "", 401),
        ('"cds-reviewers" = "reviewer"', '"cds-reviewers" = "operator"', 401),
        ("Example Hospital", "Other Hospital", 200),
    ],
)
def test_a_site_that_gives_other_roles_ends_the_sessions_of_before(
    make_desk, stub, written, changed, status
):
    traveller = Traveller(make_desk())
    traveller.log_in_at(stub)
    held = traveller.client.get_cookie(SESSION, path="/audit").value
    other = Reviewer(make_desk(rewrite=lambda text: text.replace(written, changed)))
    other.client.set_cookie(SESSION, held, path="/audit")
    other.get("/audit", status)


def test_a_readable_name_of_the_account_is_shown_and_noted_where_the_site_asks_for_one(
    make_desk, stub
):
    desk = make_desk('name-claim = "preferred_username"')
    stub.claims = {"preferred_username": "a.smith@hospital.example"}
    traveller = Traveller(desk)
    traveller.log_in_at(stub)
    entry = desk.newest("login")
    assert entry.user == f"{stub.issuer}|8f3a-11"
    assert desk.content(entry)["account"] == "a.smith@hospital.example"
    assert "a.smith@hospital.example" in traveller.get("/audit")


@pytest.mark.parametrize(
    "name", ['"><script>alert(1)</script>@x', "Anna Smith", "", 7, None, "x" * 200]
)
def test_what_is_no_account_name_is_neither_shown_nor_noted(make_desk, stub, name):
    desk = make_desk('name-claim = "email"')
    stub.claims = {"email": name}
    traveller = Traveller(desk)
    page = traveller.log_in_at(stub).text + traveller.get("/audit")
    assert "8f3a-11" in page
    assert "<script" not in page
    assert "account" not in desk.content(desk.all("login")[-1])


def come_back_with(desk, code):
    """Return from the issuer with this code; say the status."""
    traveller = Traveller(desk)
    way = urlsplit(traveller.set_out())
    state = parse_qs(way.query)["state"][0]
    query = {"state": state, "code": code}
    return traveller.client.get(BACK, query_string=query).status_code


def test_a_stranger_shuts_no_reviewer_of_the_same_address_out(desk, stub):
    for _ in range(55):
        assert come_back_with(desk, "made-up") == 403
    assert len(desk.all("login")) == 50  # and fills no log
    traveller = Traveller(desk)
    assert traveller.log_in_at(stub).status_code == 200
    assert traveller.client.get_cookie(SESSION, path="/audit") is not None


def test_logins_that_succeed_do_not_count(desk, stub):
    for _ in range(55):
        assert Traveller(desk).log_in_at(stub).status_code == 200


def test_of_an_address_that_was_refused_much_one_login_at_a_time_is_looked_at(
    desk, stub, monkeypatch
):
    monkeypatch.setattr(issuer_login, "TURN_SECONDS", 0.2)
    for _ in range(50):
        come_back_with(desk, "made-up")
    is_asked, may_answer, redeem = threading.Event(), threading.Event(), stub.redeem

    def slowly(form, authorization):
        is_asked.set()
        may_answer.wait(20)
        return redeem(form, authorization)

    monkeypatch.setattr(stub, "redeem", slowly)
    with ThreadPoolExecutor(1) as stranger:
        first = stranger.submit(come_back_with, desk, "made-up")
        assert is_asked.wait(20)
        beside = come_back_with(desk, "made-up")
        may_answer.set()
        assert (first.result(), beside) == (403, 429)


def test_a_page_full_of_images_of_the_login_shuts_out_nobody(desk, stub):
    for _ in range(60):
        assert desk.app.test_client().get("/audit/login/issuer").status_code == 303
    assert Traveller(desk).log_in_at(stub).status_code == 200


def test_a_site_may_do_without_local_accounts(make_desk, stub):
    before = make_desk()
    anna = before.reviewer()
    held = anna.client.get_cookie(SESSION, path="/audit").value
    desk = make_desk("local-accounts = false")
    browser = Traveller(desk)
    browser.client.set_cookie(SESSION, held, path="/audit")
    assert 'name="password"' not in browser.get("/audit", 401)
    form = {"name": "anna", "password": PASSWORD, "token": "x"}
    assert browser.client.post("/audit/login", data=form).status_code == 403
    assert browser.log_in_at(stub).status_code == 200


def test_without_an_issuer_there_is_no_such_way(tmp_path):
    desk = ReviewDesk(tmp_path)
    for address in ("/audit/login/issuer", BACK):
        assert desk.app.test_client().get(address).status_code in (401, 404)
    desk.store.close()


def test_a_public_address_without_https_stops_the_start(make_desk):
    with pytest.raises(DataFileError, match="PUBLIC_URL"):
        make_desk(base_url="http://cds.example.org")


def test_codes_tokens_and_secrets_are_nowhere_in_log_or_database(
    secret_desk, stub, caplog
):
    caplog.set_level(logging.DEBUG)
    held = []
    for claims in ({}, {"nonce": "another"}, {"groups": []}):
        stub.claims = claims
        traveller = Traveller(secret_desk)
        address = traveller.set_out()
        held += [
            parse_qs(urlsplit(address).query)[name][0]
            for name in ("state", "nonce", "code_challenge")
        ]
        held.append(traveller.way.split(" ")[0])
        traveller.come_back(stub.browse(address))
        session = traveller.client.get_cookie(SESSION, path="/audit")
        held += [session.value] if session else []
    assert len(stub.issued) == 6
    held += [*stub.issued, SECRET, "not-for-us"]
    secret_desk.store.close()
    file = secret_desk.store.database.file
    kept = b"".join(
        path.read_bytes() for path in file.parent.glob(f"{file.name}*")
    ).decode("utf-8", "replace")
    lines = "\n".join(
        f"{one.getMessage()} {getattr(one, 'fields', '')}" for one in caplog.records
    )
    for secret in held:
        assert secret not in kept
        assert secret not in lines
    assert "'reason': 'nonce'" in lines
