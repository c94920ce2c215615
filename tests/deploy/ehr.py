"""The EHR that calls replicas through the proxy: the site folder that names it, and its tokens."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.client_tokens import Signer, client_of, key_set, site_folder
from tests.deploy.front import NAME
from tests.live_service import CALL

PUBLIC_URL = f"https://{NAME}"
KEY = Signer("ES384", "key-of-the-ehr")
ELSEWHERE = "https://ehr.example.org/fhir/r4"


def site_settings(folder: Path, *fhir_servers: str) -> Mapping[str, str]:
    """Settings of a service that only this EHR may call, by the proxy's name.

    Args:
        folder: becomes the site folder.
        fhir_servers: that the EHR may name.
    """
    servers = json.dumps(fhir_servers or [ELSEWHERE])
    site_folder(folder, client_of(f"fhir-servers = {servers}"))
    (folder / "keys.json").write_bytes(key_set(KEY))
    return {
        "KYPHOPLASTY_CDS_SITE": str(folder),
        "KYPHOPLASTY_CDS_PUBLIC_URL": PUBLIC_URL,
    }


def fresh_token(path: str = CALL) -> str:
    """A token for one call of this path."""
    return KEY.token(PUBLIC_URL + path)


def bearer(path: str = CALL) -> dict[str, str]:
    """The header with such a token."""
    return {"Authorization": f"Bearer {fresh_token(path)}"}
