"""Hook requests and cards, small and readable."""

import re
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[1] / ".." / "shared"
HOOK_INSTANCE = "1caf890a-68ed-4526-b666-046ab9d88869"
CARD_ID = "0b9ea6e4-53d1-5f9a-8f0e-3a3b8f5d1c11"
SUGGESTION_ID = "5d7d2f5e-1df5-57f1-9a53-9b7e6b6c0a22"

SIGNED = re.compile(r"(?<=/basis/)[0-9a-f-]{36}\.[\w-]{43}")


def unsigned(answer: str) -> str:
    """An answer without the signed part of its links, which alone differs between two answers to one request."""
    return SIGNED.sub("SIGNED", answer)


def hook_request(**members: Any) -> dict[str, Any]:
    """An order-sign request of patient p1; a member of None is left out."""
    body = {
        "hook": "order-sign",
        "hookInstance": HOOK_INSTANCE,
        "context": {
            "userId": "Practitioner/7",
            "patientId": "p1",
            "draftOrders": {"resourceType": "Bundle", "entry": []},
        },
        **members,
    }
    return {name: value for name, value in body.items() if value is not None}


def context(**members: Any) -> dict[str, Any]:
    found = {**hook_request()["context"], **members}
    return {name: value for name, value in found.items() if value is not None}
