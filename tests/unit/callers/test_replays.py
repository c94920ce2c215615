"""Whether a token was used: the process remembers, the table that all share decides, and its silence costs nobody."""

from cds_service.callers.replays import Replays
from cds_service.outgoing.deadline import Deadline


class Shared:
    """The table, which says what it is told to say."""

    def __init__(self, answer):
        self.answer = answer
        self.digests = []

    def start(self):
        """It is there."""

    def add(self, digest, expires, *, now, seconds):
        assert expires > now
        assert 0 < seconds < 30
        self.digests.append(digest)
        return self.answer


def is_new(replays, jti="j", issuer="i", now=0.0):
    return replays.is_new(issuer, jti, expires=int(now) + 100, now=now, until=Deadline.after(30))


def test_what_another_replica_took_is_not_new():
    assert not is_new(Replays(Shared(answer=False)))
    assert is_new(Replays(Shared(answer=True)))


def test_what_this_process_took_is_not_asked_again():
    shared = Shared(answer=True)
    replays = Replays(shared)
    assert [is_new(replays), is_new(replays)] == [True, False]
    assert len(shared.digests) == 1


def test_where_the_table_is_silent_the_memory_of_the_process_decides_and_says_so():
    alone = []
    replays = Replays(Shared(answer=None), lambda: alone.append(1))
    assert [is_new(replays), is_new(replays)] == [True, False]
    assert alone == [1]


def test_an_id_is_its_issuers_and_no_two_share_a_place():
    shared = Shared(answer=True)
    replays = Replays(shared)
    for issuer, jti in (("a", "bc"), ("ab", "c"), ("abc", ""), ("", "abc"), ("\ud800", "x")):
        assert is_new(replays, jti, issuer)
    assert len(set(shared.digests)) == 5


def test_what_is_past_is_forgotten():
    replays = Replays(None)
    for number in range(1000):
        assert is_new(replays, str(number), now=float(number))
    assert len(replays._used) <= 101
