"""What a reviewer of the audit log may be."""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["reviewer", "privacy-officer", "operator"]
ROLES: tuple[Role, ...] = get_args(Role)
