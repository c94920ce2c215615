"""`[review]` of `site.toml`: the hospital's login, by OpenID Connect."""

import hashlib
import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, StringConstraints

from cds_service.errors import DataFileError
from cds_service.outgoing.address import parse_address
from cds_service.site.fields import Origin, SiteTable, Text, YesNo

# the rights of an account on the review pages
Role = Literal["reviewer", "privacy-officer", "operator"]
ROLES: tuple[Role, ...] = get_args(Role)
SECRET = re.compile(r"[\x21-\x7e]{1,1024}")


def _issuer(value: str) -> str:
    """Keep the issuer as written: it is compared exactly, with its last slash."""
    address = parse_address(value)
    if "?" in value or not address.may_carry_tokens:
        raise ValueError("an issuer is an https address without a query")
    return value


def _server(value: str) -> str:
    if not parse_address(value).may_carry_tokens:
        raise ValueError("a server is the origin of an https address")
    return value


ClientId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,256}$")]
SecretFile = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$")
]
LoginServer = Annotated[Origin, AfterValidator(_server)]


# the name of a local account
ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


class ReviewLogin(SiteTable):
    """`[review]`: login by the hospital's issuer, with or without local accounts.

    Attributes:
        issuer: the issuer, as its ID tokens name it.
        client_secret_file: name of a file in the site folder; None for a public
            client, which PKCE alone protects.
        servers: origins that the issuer's discovery document may name besides the
            issuer's own.
        scopes: scopes that are asked for besides `openid`.
        role_claim: claim of the ID token that gives the role: a text, or a list of
            texts.
        roles: the role for each value of that claim.
        name_claim: claim of the ID token with a readable name, shown next to the id of
            the account; None if it has none.
        local_accounts: local accounts may log in too.
    """

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: ClientId
    client_secret_file: SecretFile | None = None
    servers: tuple[LoginServer, ...] = ()
    scopes: tuple[
        Annotated[str, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$")], ...
    ] = ()
    role_claim: Text = "groups"
    roles: Mapping[Text, Role] = Field(min_length=1)
    name_claim: Text | None = None
    local_accounts: YesNo = True

    def may_name(self, account: str) -> bool:
        """Tell if an account of this name may log in."""
        if account.startswith(f"{self.issuer}|"):
            return True
        return self.local_accounts and ACCOUNT.fullmatch(account) is not None

    @property
    def rules(self) -> str:
        """Return the issuer, with a digest of the rules for roles.

        A session ends when this text changes.
        """
        rules = json.dumps([self.role_claim, sorted(self.roles.items())])
        return f"{self.issuer} {hashlib.sha256(rules.encode()).hexdigest()}"


def client_secret(folder: Path, name: str | None) -> str | None:
    """Return the secret that is shared with a login server; None for a public client.

    Args:
        folder: folder of the site.
        name: name of the file; None for a public client.

    Raises:
        DataFileError: the file is not there, holds no secret, or everybody on this
            machine may read it.
    """
    if name is None:
        return None
    file = folder / name
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):
            raise DataFileError(str(file), "", "is no file")
        text = file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(
            str(file), "", f"cannot be read ({type(error).__name__})"
        ) from None
    if mode & stat.S_IRWXO:
        raise DataFileError(
            str(file), "", "everybody on this machine may read it: chmod 0600, or 0640"
        )
    secret = text.strip()
    if not SECRET.fullmatch(secret):
        raise DataFileError(
            str(file),
            "",
            "a secret is one line of 1 to 1024 printable ASCII characters",
        )
    return secret
