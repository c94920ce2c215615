"""The words that every rule may use in its texts: limits of the site, the T-score, bone treatment so far."""

import re
from datetime import date

from cds_service.core.facts import Findings
from cds_service.core.policy import Policy
from cds_service.core.wording import Wording


def words_of_rules(findings: Findings, policy: Policy, wording: Wording, today: date) -> dict[str, str]:
    """Words that every rule may use in its texts; a T-score older than fresh is never said without its year."""
    t_score, fresh_days = findings.known.get("bmd-t-score"), wording.specs["bmd-t-score"].fresh_days
    said, day = (wording.value(t_score), t_score.observed) if t_score else ("", None)
    is_old = day is not None and fresh_days is not None and (today - day).days > fresh_days
    when = f" in {day.year}" if day and is_old else ""
    return {
        "review_weeks": str(policy.brace.review_weeks),
        "max_weeks": str(policy.brace.max_weeks),
        "bed_rest_hours": str(policy.bed_rest.max_hours),
        "t": f" (T {said}{when})" if t_score else "",
        "score": f" ({said})" if t_score else "",
        **say_bone_drug(findings),
    }


def say_bone_drug(findings: Findings) -> dict[str, str]:
    """Bone treatment so far: `drug` for a summary, `listed` with what was read for a detail."""
    known = findings.known.get("bone-drug")
    if known is not None and known.value is True:
        on = f"on {known.label or 'a bone drug'}"
        return {"drug": on, "listed": on}
    if known is not None:
        count = re.search(r"\d+", known.provenance[0].resource)
        entries = "entry" if count and count[0] == "1" else "entries"
        read = f" in {count[0]} medication {entries}" if count else ""
        return {"drug": "no bone drug on record", "listed": f"no bone drug{read}"}
    gap = findings.gaps["bone-drug"]
    said = "bone drugs not known"
    if gap.reason == "not-read":
        said = "medication list not read"
    elif gap.detail.endswith("empty"):
        said = "medication list empty"
    return {"drug": said, "listed": said if said != "bone drugs not known" else f"{said} ({gap.detail})"}
