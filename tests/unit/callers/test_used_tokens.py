"""Whether a token was used: what the process remembers; `tests/integration/test_token_replays.py` has the table."""

from cds_service.audit.used_tokens import UsedTokens
from cds_service.outgoing.deadline import Deadline


def used_tokens(answer, on_unconfirmed=lambda: None):
    """Over a table that says what it is told to say; and the digests that it was asked for."""
    used, digests = (
        UsedTokens("sqlite:///never-opened.sqlite3", on_unconfirmed=on_unconfirmed),
        [],
    )
    used.add = lambda digest, *_, **__: digests.append(digest) or answer
    return used, digests


def is_new(used, jti="j", issuer="i", now=0.0):
    return used.is_new(
        issuer, jti, expires=int(now) + 100, now=now, until=Deadline.after(30)
    )


def test_what_this_process_took_is_not_asked_again():
    used, digests = used_tokens(answer=True)
    assert [is_new(used), is_new(used)] == [True, False]
    assert len(digests) == 1


def test_where_the_table_is_silent_the_memory_of_the_process_decides_and_says_so():
    alone = []
    used, _ = used_tokens(None, lambda: alone.append(1))
    assert [is_new(used), is_new(used)] == [True, False]
    assert alone == [1]


def test_an_id_is_its_issuers_and_no_two_share_a_place():
    used, digests = used_tokens(answer=True)
    for issuer, jti in (
        ("a", "bc"),
        ("ab", "c"),
        ("abc", ""),
        ("", "abc"),
        ("\ud800", "x"),
    ):
        assert is_new(used, jti, issuer)
    assert len(set(digests)) == 5


def test_what_is_past_is_forgotten():
    used = UsedTokens(None)
    for number in range(1000):
        assert is_new(used, str(number), now=float(number))
    assert len(used._used) <= 101
