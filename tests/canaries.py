"""Words that must never be found again: they stand in every free text of a request or a record."""

import re
from itertools import count
from typing import Any

CANARY = re.compile(r"canary[a-z0-9\-]*", re.IGNORECASE)
BIRTH = "1945-03-17"


class Canaries:
    """Marks every free text of a request with a word of its own, and every id with one that may be kept."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def mark(self, node: Any) -> Any:
        """A copy with marks at every place where FHIR lets people write."""
        if isinstance(node, list):
            return [self.mark(one) for one in node]
        if not isinstance(node, dict):
            return node
        found = {name: self.mark(value) for name, value in node.items()}
        if (
            "coding" in found
            or "system" in found
            or "reference" in found
            or "resourceType" in found
        ):
            found["extension"] = [
                {
                    "url": f"https://{self.word()}.example.org",
                    "valueString": self.word(),
                }
            ]
        if "coding" in found:
            found["text"] = self.word()
        if "code" in found and "system" in found and "value" not in found:
            found["display"] = self.word()
        if "reference" in found:
            found["display"] = self.word()
            found["identifier"] = {
                "system": f"https://{self.word()}.example.org",
                "value": self.word(),
            }
        return found | self._of_resource(found)

    def _of_resource(self, resource: dict[str, Any]) -> dict[str, Any]:
        kind = resource.get("resourceType")
        if kind in (None, "Bundle"):
            return {}
        common = {
            "text": {
                "status": "generated",
                "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{self.word()}</div>',
            },
            "identifier": [
                {"system": f"https://{self.word()}.example.org", "value": self.word()}
            ],
        }
        if kind == "Patient":
            return common | {
                "name": [{"family": self.word(), "given": [self.word()]}],
                "telecom": [{"system": "phone", "value": self.word()}],
                "address": [{"line": [self.word()], "city": self.word()}],
                "contact": [{"name": {"text": self.word()}}],
                "birthDate": BIRTH,
            }
        note = {"note": [{"text": self.word(), "authorString": self.word()}]}
        return (
            common
            | note
            | ({"patientInstruction": self.word()} if kind == "ServiceRequest" else {})
        )

    def word(self) -> str:
        """One that was not used yet."""
        return f"Canary{next(self._numbers)}"
