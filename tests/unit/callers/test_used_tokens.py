"""Whether a token was used: the process remembers, the table that all share decides, and its silence costs nobody."""

from cds_service.audit.used_tokens import UsedTokens
from cds_service.outgoing.deadline import Deadline


class Shared:
    """The table, which says what it is told to say."""

    def __init__(self, answer):
        self.answer = answer
        self.digests = []

    def add(self, digest, expires, *, now, seconds):
        assert expires > now
        assert 0 < seconds < 30
        self.digests.append(digest)
        return self.answer


def used_tokens(shared, on_unconfirmed=lambda: None):
    used = UsedTokens("sqlite:///never-opened.sqlite3", on_unconfirmed=on_unconfirmed)
    used.add = shared.add
    return used


def is_new(used, jti="j", issuer="i", now=0.0):
    return used.is_new(issuer, jti, expires=int(now) + 100, now=now, until=Deadline.after(30))


def test_what_another_replica_took_is_not_new():
    assert not is_new(used_tokens(Shared(answer=False)))
    assert is_new(used_tokens(Shared(answer=True)))


def test_what_this_process_took_is_not_asked_again():
    shared = Shared(answer=True)
    used = used_tokens(shared)
    assert [is_new(used), is_new(used)] == [True, False]
    assert len(shared.digests) == 1


def test_where_the_table_is_silent_the_memory_of_the_process_decides_and_says_so():
    alone = []
    used = used_tokens(Shared(answer=None), lambda: alone.append(1))
    assert [is_new(used), is_new(used)] == [True, False]
    assert alone == [1]


def test_an_id_is_its_issuers_and_no_two_share_a_place():
    shared = Shared(answer=True)
    used = used_tokens(shared)
    for issuer, jti in (("a", "bc"), ("ab", "c"), ("abc", ""), ("", "abc"), ("\ud800", "x")):
        assert is_new(used, jti, issuer)
    assert len(set(shared.digests)) == 5


def test_what_is_past_is_forgotten():
    used = UsedTokens(None)
    for number in range(1000):
        assert is_new(used, str(number), now=float(number))
    assert len(used._used) <= 101
