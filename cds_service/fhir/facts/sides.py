"""Tells left from right by the SNOMED CT code of a body site, including post-coordinated codes."""

from __future__ import annotations

import re
from typing import Any

from cds_service.fhir.raw_json import member, objects, text

LATERALITY = re.compile(r"272741003\D*?=\s*(\d+)")  # |Laterality (attribute)|
SIDES = {
    "7771000": "left-side",  # Left
    "24028007": "right-side",  # Right
    "85151006": "left-side",  # Structure of left hand
    "78791008": "right-side",  # Structure of right hand
}


def side_of(body_site: Any) -> str:
    """`left-side`, `right-side`, or empty if the codes say neither or both."""
    codes = [text(coding.get("code")).strip() for coding in objects(member(body_site, "coding"))]
    named = {found[1] if (found := LATERALITY.search(code)) else code for code in codes}
    sides = {SIDES[code] for code in named if code in SIDES}
    return sides.pop() if len(sides) == 1 else ""
