"""Who gets in front of the review pages; what nobody without a right sees or sends is in the attack table (E1, E2)."""

import re
from html import unescape

import pytest

from cds_service.audit.database import Database
from cds_service.errors import AuditUnavailable
from cds_service.review.access import Access
from tests.review_desk import PASSWORD, TOKEN, ReviewDesk, Reviewer


@pytest.fixture
def desk(desk):
    """One with an account."""
    desk.accounts.add("anna", "reviewer", PASSWORD)
    return desk


def test_login_leads_to_the_page_that_was_wanted_and_is_an_entry(desk):
    response = Reviewer(desk).log_in("anna", PASSWORD, wanted="/audit?patient=pat-1")
    assert (response.status_code, response.headers["Location"]) == (
        303,
        "/audit?patient=pat-1",
    )
    entry = desk.newest("login")
    assert (entry.user, entry.result) == ("anna", "login")


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/sandbox",
        "/audit\\@evil",
        "/auditx",
        "/audit/../sandbox",
        "/audit/..//evil.example",
        "/audit/./../sandbox?x=y",
        "/audit/..",
        "/audit//evil.example",
        "/audit/%2e%2e/sandbox",
        "/audit/%5cevil.example",
        "/audit\t/evil.example",
        "\t//evil.example",
        "/audit?x=\\evil",
        "/audit\n//evil.example",
        "javascript:alert(1)//audit",
        "/audit/logout",
        "/audit/export",
        "/audit/login/issuer",
    ],
)
def test_login_never_leads_elsewhere(desk, wanted):
    assert (
        Reviewer(desk).log_in("anna", PASSWORD, wanted=wanted).headers["Location"]
        == "/audit"
    )


WANTED = re.compile(r'name="wanted" value="([^"]*)"')


def wanted_of(page):
    """Where the login form of this page leads to."""
    return unescape(WANTED.search(page).group(1))


@pytest.mark.parametrize(
    "address",
    [
        "/audit?patient=pat-1&kind=answer",
        "/audit/patients/pat-1?after=12",
        "/audit/figures?since=2026-01&until=2026-02",
        "/audit?user=Dr%20M%C3%BCller%2C%20A",
    ],
)
def test_a_page_that_is_asked_for_when_the_session_is_over_is_the_one_after_login(
    desk, address
):
    anna = desk.reviewer()
    desk.later(minutes=31)
    page = anna.get(address, 401)
    refused = anna.log_in("anna", "wrong", wanted=wanted_of(page))
    assert wanted_of(refused.text) == address
    landed = anna.log_in("anna", PASSWORD, wanted=wanted_of(refused.text))
    assert landed.headers["Location"] == address


@pytest.mark.parametrize(
    ("address", "form", "wanted"),
    [
        pytest.param(
            "/audit/export",
            {"patient": "pat-1", "kind": "answer", "format": "csv"},
            "/audit?patient=pat-1&kind=answer",
            id="export",
        ),
        pytest.param(
            "/audit/entries/8f3a-11/mark",
            {"mark": "wrong", "note": "of Mrs Smith"},
            "/audit/entries/8f3a-11",
            id="note",
        ),
        pytest.param("/audit/logout", {}, "/audit", id="logout"),
    ],
)
def test_a_form_that_is_sent_when_the_session_is_over_leads_back_to_its_page(
    desk, address, form, wanted
):
    response = desk.app.test_client().post(address, data={"token": "old", **form})
    assert response.status_code == 401
    assert wanted_of(response.text) == wanted


@pytest.mark.parametrize("query", ["x=%ff", "x=%0d%0aSet-Cookie:y", "x=;,"])
def test_an_escaped_query_leads_on_as_plain_signs(desk, query):
    page = desk.app.test_client().get(f"/audit?{query}")
    assert page.status_code == 401
    assert not set(wanted_of(page.text)) & set("\r\n;,")


@pytest.mark.parametrize(
    "path", ["/audit", "/audit/login/issuer", "/worksheet", "/cds-services", "/"]
)
def test_a_query_of_raw_bytes_is_no_fault_of_ours(desk, path):
    response = desk.app.test_client().get(
        path, environ_overrides={"QUERY_STRING": "x=\xff"}
    )
    assert response.status_code == 400


def test_a_wrong_name_and_a_wrong_password_look_the_same(desk):
    unknown = Reviewer(desk).log_in("bert", PASSWORD)
    wrong = Reviewer(desk).log_in("anna", "something else")
    assert unknown.status_code == wrong.status_code == 401
    assert TOKEN.sub("", unknown.text) == TOKEN.sub("", wrong.text)


def test_a_refused_login_is_an_entry_without_what_was_typed(desk):
    Reviewer(desk).log_in("my-secret-password", "x")
    assert desk.content(desk.newest("login"))["account"] is None
    Reviewer(desk).log_in("anna", "my-secret-password")
    assert desk.content(desk.newest("login"))["account"] == "anna"
    with Database(desk.url).reading() as connection:
        bodies = (
            connection.exec_driver_sql("SELECT body FROM audit_payload").scalars().all()
        )
    assert "my-secret-password" not in "".join(bodies)


def test_after_five_wrong_passwords_the_right_one_has_to_wait_a_quarter_of_an_hour(
    desk,
):
    for _ in range(5):
        assert Reviewer(desk).log_in("anna", "wrong").status_code == 401
    assert Reviewer(desk).log_in("anna", PASSWORD).status_code == 429
    desk.later(minutes=16)
    assert Reviewer(desk).log_in("anna", PASSWORD).status_code == 303


def test_the_limit_of_one_account_leaves_others_alone(desk):
    for _ in range(6):
        Reviewer(desk).log_in("bert", "wrong")
    assert Reviewer(desk).log_in("anna", PASSWORD).status_code == 303


def test_a_session_ends_after_half_an_hour_without_a_page(desk):
    anna = desk.reviewer()
    for _ in range(3):
        desk.later(minutes=29)
        anna.get("/audit")
    desk.later(minutes=31)
    anna.get("/audit", 401)


def test_a_session_ends_after_ten_hours_whatever_happens(desk):
    anna = desk.reviewer()
    for _ in range(24):
        desk.later(minutes=25)
        last = anna.client.get("/audit").status_code
    assert last == 401


def unavailable(*_, **__):
    raise AuditUnavailable("The audit entry could not be written.")


def test_who_logs_out_while_the_log_takes_no_entry_is_logged_out(desk, monkeypatch):
    anna = desk.reviewer()
    held = anna.client.get_cookie("kyphoplasty-cds-review", path="/audit").value
    token = anna.token()
    with monkeypatch.context() as fault:
        fault.setattr(type(desk.store), "append_together", unavailable)
        answer = anna.client.post("/audit/logout", data={"token": token})
    assert answer.status_code == 503
    anna.get("/audit", 401)
    other = Reviewer(desk)
    other.client.set_cookie("kyphoplasty-cds-review", held, path="/audit")
    other.get("/audit", 401)


def test_a_browser_forgets_the_session_that_the_database_cannot_end(desk, monkeypatch):
    anna = desk.reviewer()
    token = anna.token()
    with monkeypatch.context() as fault:
        fault.setattr(Access, "reading", unavailable)
        answer = anna.client.post("/audit/logout", data={"token": token})
    assert answer.status_code == 503
    anna.get("/audit", 401)


def test_a_page_that_is_not_there_now_ends_no_session(desk, monkeypatch):
    anna = desk.reviewer()
    with monkeypatch.context() as fault:
        fault.setattr(Access, "reading", unavailable)
        anna.get("/audit", 503)
    anna.get("/audit", 200)


def test_after_logout_the_old_cookie_is_worth_nothing(desk):
    anna = desk.reviewer()
    held = anna.client.get_cookie("kyphoplasty-cds-review", path="/audit").value
    assert anna.post("/audit/logout").status_code == 303
    other = Reviewer(desk)
    other.client.set_cookie("kyphoplasty-cds-review", held, path="/audit")
    other.get("/audit", 401)


def test_a_removed_reviewer_is_out_at_once(desk):
    anna = desk.reviewer()
    assert desk.accounts.retire("anna").is_closed
    anna.get("/audit", 401)
    assert Reviewer(desk).log_in("anna", PASSWORD).status_code == 401


def test_a_new_password_ends_the_sessions_of_the_old_one(desk):
    anna = desk.reviewer()
    desk.accounts.add("anna", "reviewer", "another long password", replace=True)
    anna.get("/audit", 401)


def test_a_session_is_new_at_every_login(desk):
    browser = Reviewer(desk)
    browser.client.set_cookie(
        "kyphoplasty-cds-review", "chosen-by-somebody", path="/audit"
    )
    browser.log_in("anna", PASSWORD)
    assert (
        browser.client.get_cookie("kyphoplasty-cds-review", path="/audit").value
        != "chosen-by-somebody"
    )


def test_a_second_login_of_a_browser_ends_its_first_session(desk):
    browser, other = desk.reviewer(), desk.reviewer("bob")
    first = browser.client.get_cookie("kyphoplasty-cds-review", path="/audit").value
    browser.client.get("/audit/login")
    browser.log_in("anna", PASSWORD)
    browser.get("/audit", 200)
    other.get("/audit", 200)
    browser.client.set_cookie("kyphoplasty-cds-review", first, path="/audit")
    browser.get("/audit", 401)


def cookies(desk, **request):
    browser = desk.app.test_client()
    page = browser.get("/audit/login", **request)
    form = {
        "name": "anna",
        "password": PASSWORD,
        "token": TOKEN.search(page.text).group(1),
    }
    return [
        *page.headers.getlist("Set-Cookie"),
        *browser.post("/audit/login", data=form, **request).headers.getlist(
            "Set-Cookie"
        ),
    ][:2]


def test_cookies_are_not_for_scripts_and_go_over_plain_http_on_this_machine_alone(
    desk, tmp_path
):
    here = cookies(desk)
    assert all(
        word in cookie
        for cookie in here
        for word in ("HttpOnly", "SameSite=Strict", "Path=/audit")
    )
    assert not any("Secure" in cookie for cookie in here)
    assert all(
        "Secure" in cookie
        for cookie in cookies(desk, base_url="https://127.0.0.1:8080")
    )
    elsewhere = ReviewDesk(tmp_path, base_url="http://cds.example.org")
    assert "Secure" in cookies(elsewhere, base_url="http://cds.example.org")[0]


@pytest.mark.parametrize(
    ("role", "page", "status"),
    [
        ("operator", "/audit/figures", 200),
        ("operator", "/audit/integrity", 200),
        ("operator", "/audit", 303),
        ("operator", "/audit/patients/pat-1", 403),
        ("operator", "/audit/entries/ANSWER", 403),
        ("operator", "/audit/entries/ANSWER/replay", 403),
        ("reviewer", "/audit/entries/ANSWER", 200),
        ("reviewer", "/audit?kind=looks", 403),
        ("reviewer", "/audit/entries/READ", 403),
        ("privacy-officer", "/audit?kind=looks", 200),
        ("privacy-officer", "/audit/entries/READ", 200),
        ("privacy-officer", "/audit/patients/pat-1", 200),
    ],
)
def test_a_role_opens_its_own_pages(desk, role, page, status):
    answer = desk.sign()
    somebody = desk.reviewer("olga", role)
    address = page.replace("ANSWER", answer.id).replace("READ", desk.newest("login").id)
    assert somebody.client.get(address).status_code == status
    if status == 403:
        denied = desk.newest("read")
        assert (denied.result, denied.user) == ("denied", "olga")
