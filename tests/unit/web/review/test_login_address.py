"""From which address somebody tries to log in: what a proxy says counts only of proxies that the operator named."""

import pytest

from tests.review_desk import PASSWORD, TOKEN, ReviewDesk, Reviewer

TRIES = 50  # from one address in 15 minutes


@pytest.fixture
def desk(tmp_path):
    found = ReviewDesk(tmp_path, trusted_proxies="10.1.0.0/16, ::1")
    found.accounts.add("anna", "reviewer", PASSWORD)
    yield found
    found.store.close()


def try_to_log_in(desk, *, peer, forwarded=None, name="nobody", password="wrong"):
    reviewer = Reviewer(desk)
    token = TOKEN.search(reviewer.client.get("/audit/login").text).group(1)
    return reviewer.client.post(
        "/audit/login",
        data={"token": token, "wanted": "/audit", "name": name, "password": password},
        headers={"X-Forwarded-For": forwarded} if forwarded is not None else {},
        environ_overrides={"REMOTE_ADDR": peer},
    ).status_code


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.1.2.3", "192.0.2.7", "192.0.2.7"),
        ("::ffff:10.1.2.3", "192.0.2.7", "192.0.2.7"),
        ("::1", "2001:DB8::7", "2001:db8::7"),
        ("10.1.2.3", "203.0.113.9, 192.0.2.7", "192.0.2.7"),
        ("10.1.2.3", "192.0.2.7, <script>", "10.1.2.3"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", None, "10.1.2.3"),
        ("10.2.0.1", "192.0.2.7", "10.2.0.1"),
        ("192.0.2.1", "10.1.2.3", "192.0.2.1"),
    ],
)
def test_the_entry_of_a_try_holds_the_address_of_who_tried(
    desk, peer, forwarded, address
):
    try_to_log_in(desk, peer=peer, forwarded=forwarded)
    assert desk.content(desk.newest("login"))["address"] == address


def test_one_stranger_behind_the_proxy_does_not_use_up_the_tries_of_all(desk):
    answers = [
        try_to_log_in(desk, peer="10.1.2.3", forwarded="192.0.2.66", name=f"n{n}")
        for n in range(TRIES + 1)
    ]
    assert answers == [401] * TRIES + [429]
    assert (
        try_to_log_in(
            desk, peer="10.1.2.3", forwarded="192.0.2.7", name="anna", password=PASSWORD
        )
        == 303
    )


def test_a_stranger_cannot_take_another_address_for_each_try(desk):
    answers = [
        try_to_log_in(desk, peer="192.0.2.66", forwarded=f"198.51.100.{n}")
        for n in range(TRIES + 1)
    ]
    assert answers[-1] == 429
