"""Why a login by way of the issuer does not succeed: a word for the log, never a text of the issuer or of a token."""

from __future__ import annotations

from cds_service.errors import CdsError


class LoginRefused(CdsError):
    """What came back proves nothing, or proves somebody who has no role here.

    Attributes:
        reason: short machine word, for example `nonce`, `signature`, `role`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IssuerUnavailable(CdsError):
    """The issuer does not answer, or not as one.

    Attributes:
        reason: short machine word, for example `timeout`, `http-500`, `discovery`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
