"""The worksheet opened from an EHR: what is asked for, where tokens go, whose session it is."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.launch_desk import Clinician, said
from tests.stub_ehr import LAUNCH, USER


def test_the_ehr_is_asked_for_what_the_worksheet_needs(clinician, ehr):
    response = clinician.set_out()
    assert response.status_code == 303
    address = urlsplit(response.headers["Location"])
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}" == ehr.origin
    assert query["response_type"] == "code"
    assert query["aud"] == ehr.base
    assert query["launch"] == LAUNCH
    back = f"http://127.0.0.1:8080/worksheet/callback/{ehr.base[len('http://') :]}"
    assert query["redirect_uri"] == back
    assert query["code_challenge_method"] == "S256"
    assert len(query["state"]) == len(query["code_challenge"]) == 43
    assert {"launch", "openid", "fhirUser", "patient/Observation.c"} <= {
        *query["scope"].split()
    }


def test_the_patient_of_the_launch_is_named_and_no_other(clinician):
    page = said(clinician.client.get(clinician.launch("p2")))
    assert "Ada Family-of-p2" in page
    assert "Born 1950-01-15, female" in page


def test_two_patients_in_two_windows_keep_their_own_sessions(clinician, ehr):
    first, second = clinician.launch("p1"), clinician.launch("p2")
    assert "Family-of-p1" in said(clinician.client.get(first))
    assert "Family-of-p2" in said(clinician.client.get(second))
    clinician.save(first, confirmed="yes")
    saved = [one for one in ehr.resources if one["resourceType"] == "Observation"]
    assert [one["subject"]["reference"] for one in saved] == ["Patient/p1"]


def test_the_address_alone_opens_nothing(clinician, desk):
    place = clinician.launch()
    stranger = Clinician(desk)
    response = stranger.client.get(place)
    assert response.status_code == 403
    assert "Family-of-p1" not in response.text


def test_the_token_goes_to_its_server_alone(clinician, desk, ehr, caplog):
    place = clinician.launch()
    pages = [clinician.client.get(place), clinician.save(place, confirmed="yes")]
    (token,) = ehr.tokens
    assert {sent for _, _, sent in ehr.asked} == {token}
    assert ehr.headers == []  # the login server saw no bearer token
    assert all(token not in page.text for page in pages)
    cookies = [page.headers.getlist("Set-Cookie") for page in pages]
    assert token not in str(cookies)
    assert token not in caplog.text
    dump = "\n".join(rows(desk.url))
    assert token not in dump
    assert "Family-of-p1" not in dump


def rows(url):
    file = Path(url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)) as connection:
        yield from connection.iterdump()


def test_the_session_cookie_is_for_its_address_and_no_script(clinician, ehr):
    landed = clinician.come_back(ehr.browse(clinician.set_out().headers["Location"]))
    cookies = landed.headers.getlist("Set-Cookie")
    session = next(one for one in cookies if one.startswith("kyphoplasty-cds-launch="))
    place = re.search(r"url=(/worksheet/at/[\w-]+)", landed.text)[1]
    assert f"Path={place};" in session
    assert "HttpOnly" in session
    assert "SameSite=Strict" in session


def test_no_page_may_frame_the_worksheet(clinician):
    policy = clinician.client.get(clinician.launch()).headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


def test_a_session_ends_with_its_token(clinician, desk):
    place = clinician.launch()
    desk.later(minutes=61)
    assert clinician.client.get(place).status_code == 403


@pytest.mark.parametrize("seconds", [120, "120", 120.0])
def test_a_short_token_ends_the_session_early(clinician, desk, ehr, seconds):
    ehr.grants = {"expires_in": seconds}
    place = clinician.launch()
    desk.later(minutes=3)
    assert clinician.client.get(place).status_code == 403


def test_a_person_can_end_it(clinician):
    place = clinician.launch()
    page = clinician.client.get(place).text
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    assert clinician.client.post(f"{place}/end").status_code == 403
    assert clinician.client.get(place).status_code == 200
    assert (
        clinician.client.post(f"{place}/end", data={"token": token}).status_code == 303
    )
    assert clinician.client.get(place).status_code == 403


def test_the_log_says_who_opened_whose_worksheet(clinician, desk):
    clinician.launch("p2")
    entry = desk.newest("login")
    assert (entry.user, entry.patient, entry.result) == (USER, "p2", "login")
    assert entry.client == "https://ehr.example.org"


@pytest.mark.parametrize(
    "scope",
    [
        pytest.param("patient/Observation.rs patient/Patient.r", id="read-alone"),
        pytest.param("patient/*.read", id="version-1"),
    ],
)
def test_without_the_right_to_write_the_text_is_left(clinician, ehr, scope):
    ehr.scope = scope
    place = clinician.launch()
    page = said(clinician.compute(place))
    assert "did not allow this launch to write measurements" in page
    assert 'value="save"' not in clinician.compute(place).text
    clinician.client.post(place, data={"act": "save"})
    assert all(method == "GET" for method, _, _ in ehr.asked)
