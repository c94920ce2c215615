"""Whoever has no account launches nothing, and neither fills the log nor keeps the EHR from clinicians."""

import threading
import time

import pytest
from sqlalchemy import func, select

from cds_service.audit.tables import TRIES
from cds_service.callers.code_flow import Secret
from tests.launch_desk import Clinician
from tests.waiting import wait_until

MOST = 50  # refused codes of one address in 15 minutes


class Stranger(Clinician):
    """Visits no EHR: the state follows from the cookie that we set."""

    def __init__(self, desk, address="192.0.2.66"):
        super().__init__(desk)
        self.client.environ_base["REMOTE_ADDR"] = address

    def come_back_with(self, **query):
        self.set_out()
        way = "kyphoplasty-cds-launch-way"
        seed, _, base = self.client.get_cookie(
            way, path="/worksheet"
        ).decoded_value.partition(" ")
        state = Secret(seed, f"launch {base} ").value("state")
        query = {"state": state, **query}
        back = f"/worksheet/callback/{base[len('http://') :]}"
        return self.client.get(back, query_string=query).status_code


@pytest.mark.parametrize("query", [{"error": "access_denied"}, {"code": "bogus"}, {}])
def test_what_the_ehr_vouches_for_with_nothing_is_no_entry(desk, query):
    assert Stranger(desk).come_back_with(**query) == 403
    assert not desk.all("login")


def fill(desk, address):
    stranger = Stranger(desk, address)
    return [stranger.come_back_with(code="bogus") for _ in range(MOST + 5)]


def test_nobody_is_shut_out_by_a_stranger_of_the_same_address(desk):
    assert fill(desk, "127.0.0.1") == [403] * (MOST + 5)
    assert Clinician(desk).launch()


def test_refused_codes_fill_neither_the_log_nor_the_count_of_tries(desk):
    fill(desk, "127.0.0.1")
    assert not desk.all("login")
    with desk.store.database.reading() as connection:
        counted = select(func.count()).select_from(TRIES)
        assert connection.scalar(counted) == MOST


def test_an_address_with_many_refused_codes_has_one_turn_at_the_ehr(desk, ehr):
    fill(desk, "192.0.2.66")
    at_once, most, redeem = [], [], ehr.redeem

    def slowly(form, authorization):
        at_once.append(form)
        most.append(len(at_once))
        time.sleep(0.2)
        at_once.pop()
        return redeem(form, authorization)

    ehr.redeem = slowly
    strangers = [Stranger(desk) for _ in range(4)]
    for one in strangers:
        one.set_out()
    threads = [
        threading.Thread(target=one.come_back_with, kwargs={"code": "bogus"})
        for one in strangers
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert most == [1, 1, 1, 1]


def test_who_gets_no_turn_is_asked_to_come_again(desk, ehr, monkeypatch):
    monkeypatch.setattr("cds_service.web.pages.launch.TURN_SECONDS", 0.1)
    fill(desk, "192.0.2.66")
    gate, waiting, redeem = threading.Event(), [], ehr.redeem

    def slowly(form, authorization):
        waiting.append(form)
        gate.wait(20)
        return redeem(form, authorization)

    ehr.redeem = slowly
    first = threading.Thread(
        target=Stranger(desk).come_back_with, kwargs={"code": "bogus"}
    )
    first.start()
    wait_until(lambda: waiting)
    assert Stranger(desk).come_back_with(code="bogus") == 429
    gate.set()
    first.join()


def test_a_clinician_does_not_wait_for_strangers_whom_the_ehr_refuses_slowly(desk, ehr):
    gate, waiting = threading.Event(), []
    redeem = ehr.redeem

    def slowly(form, authorization):
        if form["code"] == "bogus":
            waiting.append(form)
            gate.wait(20)
        return redeem(form, authorization)

    ehr.redeem = slowly
    strangers = [
        threading.Thread(target=Stranger(desk).come_back_with, kwargs={"code": "bogus"})
        for _ in range(2)
    ]
    for one in strangers:
        one.start()
    wait_until(lambda: len(waiting) == 2)
    assert Clinician(desk).launch()
    gate.set()
    for one in strangers:
        one.join()
