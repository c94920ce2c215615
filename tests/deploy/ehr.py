"""The EHR that calls replicas through the proxy: the site folder that names it, and its tokens."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.client_tokens import ISSUER, Signer, client_of, key_set, site_folder
from tests.deploy.front import NAME
from tests.live_service import CALL

PUBLIC_URL = f"https://{NAME}"
KEY = Signer("ES384", "key-of-the-ehr")
ELSEWHERE = "https://ehr.example.org/fhir/r4"


def site_settings(folder: Path, *fhir_servers: str, ehrs: int = 1) -> Mapping[str, str]:
    """Settings of a service that only this EHR may call, by the proxy's name.

    Args:
        folder: becomes the site folder.
        fhir_servers: that the EHR may name.
        ehrs: how many there are, with the same key and servers.
    """
    servers = f"fhir-servers = {json.dumps(fhir_servers or [ELSEWHERE])}"
    clients = [client_of(servers, issuer=issuer_of(ehr)) for ehr in range(ehrs)]
    site_folder(folder, *clients)
    (folder / "keys.json").write_bytes(key_set(KEY))
    return {
        "KYPHOPLASTY_CDS_SITE": str(folder),
        "KYPHOPLASTY_CDS_PUBLIC_URL": PUBLIC_URL,
    }


def issuer_of(ehr: int) -> str:
    return f"{ISSUER}/{ehr}" if ehr else ISSUER


def fresh_token(path: str = CALL, ehr: int = 0) -> str:
    """A token for one call of this path."""
    return KEY.token(PUBLIC_URL + path, claims={"iss": issuer_of(ehr)})


def bearer(path: str = CALL, ehr: int = 0) -> dict[str, str]:
    """The header with such a token."""
    return {"Authorization": f"Bearer {fresh_token(path, ehr)}"}
