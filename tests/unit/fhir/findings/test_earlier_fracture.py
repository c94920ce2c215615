"""An earlier vertebral fracture is told apart from the one that is treated now.

Today is 20 November 2026.
"""

import pytest

from tests.builders import (
    clinical,
    coded,
    condition,
    findings_of,
    procedure,
    verification,
    words,
)
from tests.codes import CPT, ICD, SCT

NAME = "prior-vertebral-fracture"


def fracture(code="M80.08XA", system=ICD, *, level=None, **members):
    site = {"bodySite": [coded(level, SCT)]} if level else {}
    return condition(code, system, **site, **members)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        # an entry, and what is said: an earlier fracture with its age where that is recorded, false, or why it is neither
        (
            fracture("M80.08XA", onsetDateTime="2025-09-20"),
            "second vertebral fracture in 14 months",
        ),
        (
            fracture("M48.54XA", recordedDate="2023-05-01"),
            "second vertebral fracture in 3 years",
        ),
        (
            fracture("42942008", system=SCT, onsetDateTime="2025-09-20"),
            "second vertebral fracture in 14 months",
        ),
        (
            fracture("S32.020A", onsetDateTime="2025-09-20"),
            "second vertebral fracture in 14 months",
        ),
        (
            fracture("M80.08XD", onsetDateTime="2025-09-20"),
            "second vertebral fracture in 14 months",
        ),
        (
            fracture("M80.08XA", status="resolved", onsetDateTime="2025-09-20"),
            "second vertebral fracture in 14 months",
        ),
        (
            fracture("M80.08XA", level="23215003", onsetDateTime="2026-09-10"),
            "second vertebral fracture in 2 months",
        ),
        # that it healed was written down then
        (fracture("M80.08XD", recordedDate="2025-09-20"), "undated"),
        (fracture("M80.08XS"), "undated"),
        (
            words("Compression fracture of L3", recordedDate="2025-09-20"),
            "second vertebral fracture in 14 months",
        ),
        (
            words("T12 fracture", recordedDate="2026-09-10"),
            "second vertebral fracture in 2 months",
        ),
        (
            words(
                "Tassement de T12",
                clinicalStatus=clinical("resolved"),
                recordedDate="2025-09-20",
            ),
            "second vertebral fracture in 14 months",
        ),
        (
            words("History of compression fracture of T12", recordedDate="2026-11-01"),
            "undated",
        ),
        # what is treated now, denied or of another bone
        (fracture("M80.08XA", onsetDateTime="2026-11-01"), False),
        (fracture("M80.08XA", recordedDate="2026-06-01"), False),
        (fracture("S32.010A", onsetDateTime="2026-08-01"), False),
        (fracture("M80.08XA", level="66794005", onsetDateTime="2026-08-01"), False),
        (fracture("M80.08XA", level="66794005"), False),
        # of the same event
        (fracture("M80.08XA", level="36470004", onsetDateTime="2026-11-01"), False),
        # another level of it, treated a few days ago
        (procedure(coded("22513", system=CPT), on="2026-11-10"), False),
        (words("Compression fracture of L1", recordedDate="2026-11-01"), False),
        (
            procedure(
                {"text": "CT lumbar spine for vertebral fracture"}, on="2025-09-20"
            ),
            False,
        ),
        (condition("M81.0"), False),
        (words("Family history of vertebral fracture"), False),
        (words("No prior compression fracture of L1"), False),
        (words("Old rib fracture"), False),
        (
            fracture(
                "M80.08XA",
                onsetDateTime="2020-01-01",
                verificationStatus=verification("refuted"),
            ),
            False,
        ),
        (
            procedure(coded("22514", system=CPT), on="2025-09-20", status="not-done"),
            "not clear",
        ),
        # what may be of the present fracture
        (fracture("M80.08XA"), "not clear"),
        # healing: perhaps the one that is treated
        (fracture("M80.08XD", recordedDate="2026-11-01"), "not clear"),
        (words("Status post kyphoplasty"), "not clear"),
        (words("Wirbelkörperfraktur"), "not clear"),
        (procedure(coded("22514", system=CPT), on=None), "not clear"),
        (condition("Z87.310"), "of which bone"),
        # Its day says when it was written down: it is over, or began at an age, in words, long before, or in some month of 2026.
        (
            fracture("M80.08XA", status="resolved", recordedDate="2026-11-01"),
            "not clear",
        ),
        (fracture("M80.08XA", level="66794005", status="inactive"), "not clear"),
        (words("Fracture of L1 in 2019", recordedDate="2026-11-01"), "not clear"),
        (words("2019年L1压缩性骨折", recordedDate="2026-11-01"), "not clear"),
        (
            fracture(
                "M80.08XA",
                level="36470004",
                status="resolved",
                recordedDate="2026-11-01",
            ),
            "not clear",
        ),
        (
            fracture(
                "M80.08XA",
                recordedDate="2026-11-01",
                onsetAge={"value": 60, "unit": "a"},
            ),
            "not clear",
        ),
        (
            fracture("M80.08XA", recordedDate="2026-11-01", onsetString="16 years ago"),
            "not clear",
        ),
        (
            fracture(
                "M80.08XA", recordedDate="2026-11-01", abatementDateTime="2015-01-01"
            ),
            "not clear",
        ),
        (
            fracture(
                "M80.08XA", onsetPeriod={"start": "2010-01-01", "end": "2026-11-01"}
            ),
            "not clear",
        ),
        (
            fracture(
                "M80.08XA",
                recordedDate="2026-11-01",
                extension=[
                    {
                        "url": (
                            "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"
                        ),
                        "valueDateTime": "2012-01-01",
                    }
                ],
            ),
            "not clear",
        ),
        (fracture("M80.08XA", onsetDateTime="2026"), "not clear"),
        (
            fracture(
                "M80.08XA",
                recordedDate="2026-11-01",
                _onsetDateTime={
                    "extension": [
                        {
                            "url": (
                                "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
                            ),
                            "valueCode": "unknown",
                        }
                    ]
                },
            ),
            "not clear",
        ),
        # Code or day are of a present fracture, words of an old one.
        (
            fracture(
                "M80.08XA",
                recordedDate="2026-11-01",
                note=[{"text": "old compression fracture of L1"}],
            ),
            "not clear",
        ),
        (words("Compression fracture L1 2019", recordedDate="2026-11-01"), "not clear"),
        (
            words("Chronic compression fracture of L1", recordedDate="2026-11-01"),
            "not clear",
        ),
        (words("Chronische LWK-1-Fraktur", recordedDate="2026-11-01"), "not clear"),
        (
            words(
                "",
                code={
                    "text": "Old compression fracture of L1",
                    "coding": [
                        {
                            "system": "http://hl7.org/fhir/sid/icd-10-cm",
                            "code": "M80.08XA",
                        }
                    ],
                },
                recordedDate="2026-11-01",
            ),
            "not clear",
        ),
    ],
)
def test_what_an_entry_says_of_an_earlier_fracture_while_l1_is_treated(entry, says):
    found = findings_of(
        entry,
        condition("I10"),
        entries={"procedures": 3, "conditions": 4},
        treated=("L1",),
    )
    if NAME in found.gaps:
        assert says
        assert says in found.gaps[NAME].detail
    else:
        known = found.known[NAME]
        assert (known.value and (known.label or "undated")) == says
