"""The one way out, by `requests`: to FHIR servers, keys and login issuers.

A process has one `Connections`. It decides what may be called, holds the open
connections, and makes sessions::

    connections = Connections(allow_private=False, allow_public_plain=False)
    session = connections.session(max_bytes=256 * 1024)  # a requests.Session
    answer = session.get(url, timeout=5)  # a requests.Response with its whole body

Every session

- connects to addresses that were checked (`resolving.py`); Host and certificate are
  those of the name;
- ends an exchange `timeout` seconds after it began, lookup and body included, however
  slowly the server answers;
- reads at most `max_bytes`, decoded, and ends an answer in countless small pieces;
- follows no redirect, keeps no cookie, and reads no proxy, password or certificate from
  the environment;
- raises `CallFailed` with a reason: `address`, `ip-denied`, `dns`, `unreachable`,
  `tls`, `timeout`, `reset`, `truncated`, `too-large`, `pieces`, `budget`, `no-thread`,
  `redirect`. The caller judges any other status.
"""

from cds_service.outgoing.connections import Connections

__all__ = ["Connections"]
