"""Whoever has no account launches nothing, and neither fills the log nor keeps the EHR from clinicians."""

import threading

import pytest

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
        state = Secret(seed, f"launch {base} ").made("state")
        query = {"state": state, **query}
        back = f"/worksheet/callback/{base[len('http://') :]}"
        return self.client.get(back, query_string=query).status_code


@pytest.mark.parametrize("query", [{"error": "access_denied"}, {"code": "bogus"}, {}])
def test_what_the_ehr_vouches_for_with_nothing_is_no_entry(desk, query):
    assert Stranger(desk).come_back_with(**query) == 403
    assert not desk.all("login")


def test_an_address_has_few_refused_codes_and_others_have_theirs(desk, ehr):
    stranger = Stranger(desk)
    answers = [stranger.come_back_with(code="bogus") for _ in range(MOST + 5)]
    assert answers == [403] * MOST + [429] * 5
    asked = [one for one in ehr.calls if one.endswith("/token/")]
    assert len(asked) == MOST
    assert Clinician(desk).launch()


def test_launches_that_succeed_are_no_tries(desk):
    for _ in range(3):
        assert Clinician(desk).launch()
    stranger = Stranger(desk, "127.0.0.1")
    answers = [stranger.come_back_with(code="bogus") for _ in range(MOST + 1)]
    assert answers == [403] * MOST + [429]


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
