"""Name the injuries of these days on the card of a patient who leaves: which, and when.

Only our own names and checked days are said, never words of the record.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from cds_service.core.facts.leaving import Injury, InjuryKind
from cds_service.core.words.phrases import Day, Joined, in_brackets, say
from cds_service.core.words.wording import near_date_text

NAMES: Mapping[InjuryKind, str] = {
    "hip-fracture": say("hip fracture"),
    "head-injury": say("head injury"),
    "femur-shaft-fracture": say("femur fracture"),
    "femur-fracture-unstated": say("femur or pelvic fracture"),
    "pelvic-fracture": say("pelvic fracture"),
    "new-fracture": say("new fracture in a report"),
    "rib-fracture": say("rib or sternum fracture"),
    "leg-fracture": say("fracture of leg or foot"),
    "arm-fracture": say("fracture of arm or hand"),
    "other-fracture": say("fracture outside the spine"),
    "fall": say("fall"),
}
MOST_NAMED = 2  # in a summary; more are counted
MOST_IN_LINE = 4


def injuries_text(
    injuries: Sequence[Injury], today: date, *, most: int = MOST_NAMED
) -> str:
    """Write `hip fracture (19 Nov), fall (19 Nov) and 2 more`, each name once.

    Args:
        injuries: the gravest first.
        today: the day of the answer.
        most: so many are named.
    """
    names = [*dict.fromkeys(_injury_text(injury, today) for injury in injuries)]
    if len(names) > most:
        names = [*names[:most], say("{count} more", count=len(names) - most)]
    return Joined(names, ", ", " and ")


def _injury_text(injury: Injury, today: date) -> str:
    treated = ""
    if injury.treated_on:
        treated = say("treated {day}", day=near_date_text(injury.treated_on, today))
    return in_brackets(NAMES[injury.kind], _day_text(injury, today), treated)


def _day_text(injury: Injury, today: date) -> str:
    # A day to come is a mistake of the record.
    if injury.day is None or injury.day > today:
        return "" if injury.treated_on else say("day unknown")
    is_exact = injury.form == "near"
    day = (
        near_date_text(injury.day, today) if is_exact else Day(injury.day, injury.form)
    )
    return say("recorded {day}", day=day) if injury.is_recorded else day
