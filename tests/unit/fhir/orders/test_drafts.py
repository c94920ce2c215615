"""What orders that are being signed ask for: `test_drafts.toml`."""

from datetime import date
from operator import attrgetter

import pytest

from cds_service.fhir.near_misses import missed_orders
from cds_service.fhir.orders.augmentation import (
    BOTH,
    BY_TEXT,
    FROM_WORDS,
    OPEN,
    find_augmentation_order,
)
from cds_service.fhir.orders.levels import UNUSUAL_NUMBERING, WEAK_JUNCTION
from cds_service.fhir.orders.recognition import may_concern_us
from cds_service.fhir.orders.support_orders import find_draft_support_orders
from cds_service.outgoing.deadline import Deadline
from tests.codes import CPT, HCPCS, ICD, PCS, SCT, codeable
from tests.order_builders import (
    brace,
    bundle,
    cpt,
    order,
    signing,
    terminology,
    worded,
)


@pytest.mark.parametrize(
    "case",
    [
        {
            "why": "a supplement alone leaves the procedure open and says so",
            "drafts": [order(codeable(PCS, code="0QU03JZ"))],
            "augmentation": {"procedure": None, "notes": [OPEN]},
        },
        {
            "why": "supplement and reposition on one order are a kyphoplasty",
            "drafts": [
                order(
                    {
                        "coding": [
                            {"system": PCS, "code": "0QU03JZ"},
                            {"system": PCS, "code": "0QS03ZZ"},
                        ]
                    }
                )
            ],
            "augmentation": {"procedure": "PKP"},
        },
        {
            "why": "supplement and reposition on two orders are one kyphoplasty",
            "drafts": [
                order(codeable(PCS, code="0PU43JZ")),
                order(codeable(PCS, code="0PS43ZZ"), number=2),
            ],
            "augmentation": {
                "procedure": "PKP",
                "references": ["ServiceRequest/draft-1", "ServiceRequest/draft-2"],
            },
        },
        {
            "why": "reposition alone is no augmentation",
            "drafts": [order(codeable(PCS, code="0PS43ZZ"))],
        },
        {
            "why": "words settle what an open code leaves open",
            "drafts": [order(codeable(PCS, code="0QU03JZ", text="Kyphoplasty L1"))],
            "augmentation": {
                "procedure": "PKP",
                "recognised_by": "code",
                "note": FROM_WORDS,
            },
        },
        {
            "why": "both procedures in one signing are named and neither is chosen",
            "drafts": [cpt("22514"), cpt("22511", number=2)],
            "augmentation": {
                "procedure": None,
                "notes": [BOTH],
                "references": ["ServiceRequest/draft-1", "ServiceRequest/draft-2"],
            },
        },
        {
            "why": "several orders are one answer that names them all",
            "drafts": [cpt("22514", number=2), brace(None, number=3), cpt("22515")],
            "augmentation": {
                "references": ["ServiceRequest/draft-1", "ServiceRequest/draft-2"],
                "titles": ["kyphoplasty (22515)", "kyphoplasty (22514)"],
            },
            "others": ["brace"],
        },
        {
            "why": "a procedure named only in the detail of an order counts",
            "drafts": [
                order(
                    {"text": "Surgical case request"},
                    orderDetail=[codeable(CPT, code="22514")],
                )
            ],
            "augmentation": {"procedure": "PKP"},
        },
        {
            "why": "the display of an unknown code counts as words",
            "drafts": [
                order(codeable("urn:local", code="4711", display="Kyphoplasty"))
            ],
            "augmentation": {"recognised_by": "text", "note": BY_TEXT},
        },
        {
            "why": "DSTU2 names the procedure in a ProcedureRequest",
            "drafts": [
                {
                    "resourceType": "ProcedureRequest",
                    "id": "1",
                    "code": codeable(CPT, code="22514"),
                    "subject": {"reference": "Patient/pat-1"},
                }
            ],
            "augmentation": {"procedure": "PKP"},
        },
        {
            "why": "STU3 names it in a ReferralRequest",
            "drafts": [
                {
                    "resourceType": "ReferralRequest",
                    "id": "2",
                    "serviceRequested": [codeable(CPT, code="22511")],
                    "patient": {"reference": "Patient/pat-1"},
                }
            ],
            "augmentation": {"procedure": "PVP"},
        },
        {
            "why": "an order inside a request group is found",
            "drafts": [
                order(
                    None,
                    kind="RequestGroup",
                    contained=[
                        {
                            "resourceType": "ServiceRequest",
                            "id": "inside",
                            "status": "draft",
                            "intent": "order",
                            "code": codeable(CPT, code="22514"),
                            "subject": {"reference": "Patient/pat-1"},
                        }
                    ],
                )
            ],
            "augmentation": {"references": ["RequestGroup/draft-1#inside"]},
        },
        {
            "why": "and inside a nested Bundle",
            "drafts": [
                {
                    "resourceType": "Bundle",
                    "id": "b",
                    "type": "collection",
                    "entry": [
                        {
                            "resource": {
                                "resourceType": "ServiceRequest",
                                "id": "inside",
                                "status": "draft",
                                "intent": "order",
                                "code": codeable(CPT, code="22514"),
                                "subject": {"reference": "Patient/pat-1"},
                            }
                        }
                    ],
                }
            ],
            "augmentation": {"references": ["Bundle/b#inside"]},
        },
        {
            "why": "an order that was revoked is none",
            "drafts": [
                cpt("22514", status="revoked"),
                order(codeable(SCT, code="77476009"), number=2, status="revoked"),
            ],
        },
        {
            "why": "nor one that is completed",
            "drafts": [
                cpt("22514", status="completed"),
                order(codeable(SCT, code="77476009"), number=2, status="completed"),
            ],
        },
        {
            "why": "nor one that was entered in error",
            "drafts": [cpt("22514", status="entered-in-error")],
        },
        {
            "why": "nor one not to perform it",
            "drafts": [
                cpt("22514", doNotPerform=True),
                order(codeable(SCT, code="77476009"), number=2, doNotPerform=True),
            ],
        },
        {
            "why": "an order that names nobody is for the patient of the call",
            "drafts": [cpt("22514", subject=None)],
            "augmentation": {"procedure": "PKP"},
        },
        {
            "why": "another patient's brace is left out, and no reason to refuse",
            "drafts": [
                cpt("22514"),
                brace(None, number=2, subject={"reference": "Patient/other"}),
            ],
            "augmentation": {"procedure": "PKP"},
        },
        {
            "why": "the earliest day of writing counts in UTC",
            "drafts": [
                cpt("22514", authoredOn="2026-11-20T23:30:00-05:00"),
                cpt("22515", number=2, authoredOn="2026-11-22"),
            ],
            "augmentation": {"authored": date(2026, 11, 21)},
        },
        {
            "why": "the region of the code alone does not decide the junction",
            "drafts": [cpt("22514")],
            "augmentation": {
                "levels.region": "lumbar",
                "levels.names": [],
                "levels.is_at_junction": None,
                "levels.source": "",
            },
        },
        {
            "why": "the weak code of the junction is named as weak",
            "drafts": [cpt("22514", reasonCode=[codeable(ICD, code="M48.55XA")])],
            "augmentation": {"note": WEAK_JUNCTION},
        },
        {
            "why": "a body site is believed before the text and the difference is said",
            "drafts": [
                order(
                    codeable(CPT, code="22514", text="Kyphoplasty L2"),
                    bodySite=[codeable(SCT, code="66794005")],
                )
            ],
            "augmentation": {"levels.names": ["L1"], "note": "its text says L2"},
        },
        {
            "why": "a site that is only worded is read",
            "drafts": [cpt("22514", bodySite=[{"text": "Th12"}])],
            "augmentation": {"levels.names": ["T12"]},
        },
        {
            "why": "a note on something else names no level",
            "drafts": [cpt("22514", note=[{"text": "spinal stimulator T9"}])],
            "augmentation": {"levels.names": []},
        },
        {
            "why": "a note is believed before the reason",
            "drafts": [
                cpt(
                    "22514",
                    note=[{"text": "treat L1 and T12"}],
                    reasonCode=[codeable(ICD, code="S32.030A")],
                )
            ],
            "augmentation": {"levels.names": ["T12", "L1"], "levels.source": "note"},
        },
        {
            "why": "a reason that did not come along is not looked for",
            "drafts": [
                cpt("22513", reasonReference=[{"reference": "Condition/elsewhere"}])
            ],
            "augmentation": {"levels.names": []},
        },
        {
            "why": "a thirteenth thoracic vertebra is named and not used",
            "drafts": [cpt("22513", bodySite=[codeable(SCT, code="1186895000")])],
            "augmentation": {
                "levels.names": [],
                "levels.is_at_junction": None,
                "note": UNUSUAL_NUMBERING,
            },
        },
        {
            "why": "a sixth lumbar vertebra is named",
            "drafts": [order(codeable(CPT, code="22514", text="Kyphoplasty L6"))],
            "augmentation": {"note": UNUSUAL_NUMBERING},
        },
        {
            "why": "any level at the junction is enough",
            "drafts": [
                cpt(
                    "22514",
                    bodySite=[
                        codeable(SCT, code="11994002"),
                        codeable(SCT, code="66794005"),
                    ],
                )
            ],
            "augmentation": {
                "levels.names": ["L1", "L4"],
                "levels.count": 2,
                "levels.is_at_junction": True,
            },
        },
        {
            "why": "an additional level that is not named leaves the junction open",
            "drafts": [
                cpt("22514", bodySite=[codeable(SCT, code="11994002")]),
                cpt("22515", number=2),
            ],
            "augmentation": {
                "levels.names": ["L4"],
                "levels.count": 2,
                "levels.is_at_junction": None,
            },
        },
        {
            "why": "a brace may be a ServiceRequest",
            "drafts": [order(codeable(SCT, code="77476009"))],
            "others": ["brace"],
        },
        {
            "why": "or a contained device by its type",
            "drafts": [
                brace(
                    None,
                    codeReference={"reference": "#d"},
                    contained=[
                        {
                            "resourceType": "Device",
                            "id": "d",
                            "type": codeable(HCPCS, code="L0456"),
                        }
                    ],
                )
            ],
            "others": ["brace"],
        },
        {
            "why": "or a contained device by its name",
            "drafts": [
                brace(
                    None,
                    codeReference={"reference": "#d"},
                    contained=[
                        {
                            "resourceType": "Device",
                            "id": "d",
                            "deviceName": [
                                {"name": "Jewett back brace", "type": "model-name"}
                            ],
                        }
                    ],
                )
            ],
            "others": ["brace"],
        },
        {
            "why": "a cervical orthosis is no brace whatever its words",
            "drafts": [
                brace(
                    codeable(
                        HCPCS,
                        code="L0120",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
        },
        {
            "why": "words against bed rest are no bed rest",
            "drafts": [
                worded("No bed rest"),
                worded("Out of bed today", number=2),
                worded("Avoid bed rest", number=3),
            ],
        },
        {
            "why": "words of another referral do not count as ordered",
            "drafts": [
                worded("No physical therapy"),
                worded("Cardiac rehabilitation", number=2),
                worded("Discontinue physiotherapy", number=3),
                worded("DXA forearm", number=4),
            ],
        },
        {
            "why": "referrals that are only worded count as ordered",
            "drafts": [
                worded("Referral to physical therapy"),
                worded("Dietitian", number=2),
                worded("Fracture liaison service", number=3),
                worded("DXA hip and spine", number=4),
            ],
            "others": ["rehabilitation", "dietitian", "bone-treatment", "dxa"],
        },
        {
            "why": "an order that another replaces is none",
            "drafts": [
                cpt(
                    "22514",
                    bodySite=[codeable(SCT, code="66794005")],
                    replaces=[{"reference": "ServiceRequest/draft-2"}],
                ),
                cpt("22513", number=2, bodySite=[codeable(SCT, code="23215003")]),
            ],
            "augmentation": {"levels.names": ["L1"]},
        },
        {
            "why": "nor is one that is withdrawn",
            "drafts": [
                cpt("22514", bodySite=[codeable(SCT, code="66794005")], replaces=[]),
                cpt(
                    "22513",
                    number=2,
                    bodySite=[codeable(SCT, code="23215003")],
                    status="Cancelled",
                ),
            ],
            "augmentation": {"levels.names": ["L1"]},
        },
        {
            "why": "of two that replace each other both count",
            "drafts": [
                cpt(
                    "22514",
                    bodySite=[codeable(SCT, code="66794005")],
                    replaces=[{"reference": "ServiceRequest/draft-2"}],
                ),
                cpt(
                    "22513",
                    number=2,
                    bodySite=[codeable(SCT, code="23215003")],
                    replaces=[{"reference": "ServiceRequest/draft-1"}],
                ),
            ],
            "augmentation": {"levels.names": ["T12", "L1"]},
        },
        {
            "why": "an order does not replace itself",
            "drafts": [
                cpt(
                    "22514",
                    bodySite=[codeable(SCT, code="66794005")],
                    replaces=[{"reference": "ServiceRequest/draft-1"}],
                ),
                cpt(
                    "22513",
                    number=2,
                    bodySite=[codeable(SCT, code="23215003")],
                    status="revoked",
                ),
            ],
            "augmentation": {"levels.names": ["L1"]},
        },
        {
            "why": "any other status counts: draft",
            "drafts": [cpt("22514", status="draft")],
            "augmentation": {"procedure": "PKP"},
        },
        {
            "why": "any other status counts: active",
            "drafts": [cpt("22514", status="active")],
            "augmentation": {"procedure": "PKP"},
        },
        {
            "why": "any other status counts: on-hold",
            "drafts": [cpt("22514", status="on-hold")],
            "augmentation": {"procedure": "PKP"},
        },
        {
            "why": "any other status counts: unknown",
            "drafts": [cpt("22514", status="unknown")],
            "augmentation": {"procedure": "PKP"},
        },
        {
            "why": "any other status counts: None",
            "drafts": [cpt("22514", status=None)],
            "augmentation": {"procedure": "PKP"},
        },
        {
            "why": "any other status counts: 7",
            "drafts": [cpt("22514", status=7)],
            "augmentation": {"procedure": "PKP"},
        },
        {
            "why": "a day that is not stated is not made up: 2026",
            "drafts": [cpt("22514", authoredOn="2026")],
            "augmentation": {"authored": None},
        },
        {
            "why": "a day that is not stated is not made up: 2026-11",
            "drafts": [cpt("22514", authoredOn="2026-11")],
            "augmentation": {"authored": None},
        },
        {
            "why": "a day that is not stated is not made up: soon",
            "drafts": [cpt("22514", authoredOn="soon")],
            "augmentation": {"authored": None},
        },
        {
            "why": "a day that is not stated is not made up: 2026-13-45",
            "drafts": [cpt("22514", authoredOn="2026-13-45")],
            "augmentation": {"authored": None},
        },
        {
            "why": "a day that is not stated is not made up: None",
            "drafts": [cpt("22514", authoredOn=None)],
            "augmentation": {"authored": None},
        },
        {
            "why": "a day that is not stated is not made up: 20261120",
            "drafts": [cpt("22514", authoredOn=20261120)],
            "augmentation": {"authored": None},
        },
        {
            "why": "reasons are read from codes and from conditions that came along",
            "drafts": [
                cpt(
                    "22514",
                    reasonCode=[codeable(SCT, code="240198002")],
                    reasonReference=[{"reference": "Condition/c1"}],
                ),
                {
                    "resourceType": "Condition",
                    "id": "c1",
                    "code": codeable(ICD, code="C79.51"),
                },
            ],
            "augmentation": {
                "because": ["malignancy", "osteoporotic-vertebral-fracture"]
            },
        },
        {
            "why": "64864005 of DICOM CID 7603 is T1",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="64864005")])],
            "augmentation": {
                "levels.names": ["T1"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
        },
        {
            "why": "56094003 of mCODE is T1",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="56094003")])],
            "augmentation": {
                "levels.names": ["T1"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
        },
        {
            "why": "82687006 of DICOM CID 7603 is T9",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="82687006")])],
            "augmentation": {
                "levels.names": ["T9"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
        },
        {
            "why": "33766003 of mCODE is T9",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="33766003")])],
            "augmentation": {
                "levels.names": ["T9"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
        },
        {
            "why": "7610001 of DICOM CID 7603 is T10",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="7610001")])],
            "augmentation": {
                "levels.names": ["T10"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
        },
        {
            "why": "48405002 of mCODE is T10",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="48405002")])],
            "augmentation": {
                "levels.names": ["T10"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
        },
        {
            "why": "12989004 of DICOM CID 7603 is T11",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="12989004")])],
            "augmentation": {
                "levels.names": ["T11"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
        },
        {
            "why": "52120002 of mCODE is T11",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="52120002")])],
            "augmentation": {
                "levels.names": ["T11"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
        },
        {
            "why": "23215003 of DICOM CID 7603 is T12",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="23215003")])],
            "augmentation": {
                "levels.names": ["T12"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
        },
        {
            "why": "280849005 of mCODE is T12",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="280849005")])],
            "augmentation": {
                "levels.names": ["T12"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
        },
        {
            "why": "66794005 of DICOM CID 7603 is L1",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="66794005")])],
            "augmentation": {
                "levels.names": ["L1"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
        },
        {
            "why": "61032001 of mCODE is L1",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="61032001")])],
            "augmentation": {
                "levels.names": ["L1"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
        },
        {
            "why": "14293000 of DICOM CID 7603 is L2",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="14293000")])],
            "augmentation": {
                "levels.names": ["L2"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
        },
        {
            "why": "53983007 of mCODE is L2",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="53983007")])],
            "augmentation": {
                "levels.names": ["L2"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
        },
        {
            "why": "36470004 of DICOM CID 7603 is L3",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="36470004")])],
            "augmentation": {
                "levels.names": ["L3"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
        },
        {
            "why": "55492004 of mCODE is L3",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="55492004")])],
            "augmentation": {
                "levels.names": ["L3"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
        },
        {
            "why": "49668003 of DICOM CID 7603 is L5",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="49668003")])],
            "augmentation": {
                "levels.names": ["L5"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
        },
        {
            "why": "21799000 of mCODE is L5",
            "drafts": [cpt("22514", bodySite=[codeable(SCT, code="21799000")])],
            "augmentation": {
                "levels.names": ["L5"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
        },
        {
            "why": "each body site counts: a code with words beside a code",
            "drafts": [
                cpt(
                    "22514",
                    bodySite=[
                        codeable(SCT, code="66794005"),
                        codeable(
                            "urn:site", code="VB-T12", display="T12 vertebral body"
                        ),
                    ],
                )
            ],
            "augmentation": {
                "levels.names": ["T12", "L1"],
                "levels.count": 2,
                "notes": [],
            },
        },
        {
            "why": "each body site counts: words beside a code",
            "drafts": [
                cpt("22514", bodySite=[codeable(SCT, code="66794005"), {"text": "T12"}])
            ],
            "augmentation": {
                "levels.names": ["T12", "L1"],
                "levels.count": 2,
                "notes": [],
            },
        },
        {
            "why": "words of another level beside a code of bodySite are said",
            "drafts": [
                cpt(
                    "22514",
                    bodySite=[codeable(SCT, code="66794005", text="L2 fracture")],
                )
            ],
            "augmentation": {
                "levels.names": ["L1"],
                "notes": [
                    "The order's bodySite says L1, its text says L2; L1 is used."
                ],
            },
        },
        {
            "why": "words of the same level beside a code of bodySite are not",
            "drafts": [
                cpt(
                    "22514",
                    bodySite=[codeable(SCT, code="66794005", text="L1 fracture")],
                )
            ],
            "augmentation": {"levels.names": ["L1"], "notes": []},
        },
        {
            "why": "words of another level beside a code of reasonCode are said",
            "drafts": [
                cpt(
                    "22514",
                    reasonCode=[codeable(ICD, code="S32.010A", text="L2 fracture")],
                )
            ],
            "augmentation": {
                "levels.names": ["L1"],
                "notes": [
                    "The order's reasonCode says L1, its text says L2; L1 is used."
                ],
            },
        },
        {
            "why": "words of the same level beside a code of reasonCode are not",
            "drafts": [
                cpt(
                    "22514",
                    reasonCode=[codeable(ICD, code="S32.010A", text="L1 fracture")],
                )
            ],
            "augmentation": {"levels.names": ["L1"], "notes": []},
        },
        {
            "why": (
                "an older fracture or a code of another edition names no level of"
                " today: S32.010D"
            ),
            "drafts": [cpt("22514", reasonCode=[codeable(ICD, code="S32.010D")])],
            "augmentation": {"levels.names": []},
        },
        {
            "why": (
                "an older fracture or a code of another edition names no level of"
                " today: S32.010G"
            ),
            "drafts": [cpt("22514", reasonCode=[codeable(ICD, code="S32.010G")])],
            "augmentation": {"levels.names": []},
        },
        {
            "why": (
                "an older fracture or a code of another edition names no level of"
                " today: S32.010S"
            ),
            "drafts": [cpt("22514", reasonCode=[codeable(ICD, code="S32.010S")])],
            "augmentation": {"levels.names": []},
        },
        {
            "why": (
                "an older fracture or a code of another edition names no level of"
                " today: S32.01"
            ),
            "drafts": [cpt("22514", reasonCode=[codeable(ICD, code="S32.01")])],
            "augmentation": {"levels.names": []},
        },
        {
            "why": (
                "a note does not move the level that the order names: rods L3-L5 in"
                " place"
            ),
            "drafts": [
                order(
                    codeable(CPT, code="22514", text="Kyphoplasty L1"),
                    note=[{"text": "rods L3-L5 in place"}],
                )
            ],
            "augmentation": {"levels.names": ["L1"], "levels.source": "text"},
        },
        {
            "why": (
                "a note does not move the level that the order names: spinal"
                " stimulator T9"
            ),
            "drafts": [
                order(
                    codeable(CPT, code="22514", text="Kyphoplasty L1"),
                    note=[{"text": "spinal stimulator T9"}],
                )
            ],
            "augmentation": {"levels.names": ["L1"], "levels.source": "text"},
        },
        {
            "why": (
                "a note does not move the level that the order names: L2 also if time"
            ),
            "drafts": [
                order(
                    codeable(CPT, code="22514", text="Kyphoplasty L1"),
                    note=[{"text": "L2 also if time"}],
                )
            ],
            "augmentation": {"levels.names": ["L1"], "levels.source": "text"},
        },
        {
            "why": (
                "a note does not move the level that the order names: fracture at T8 as"
                " well"
            ),
            "drafts": [
                order(
                    codeable(CPT, code="22514", text="Kyphoplasty L1"),
                    note=[{"text": "fracture at T8 as well"}],
                )
            ],
            "augmentation": {"levels.names": ["L1"], "levels.source": "text"},
        },
        {
            "why": "the body site of a reason that came along is read",
            "drafts": [
                cpt("22513", reasonReference=[{"reference": "Condition/c1"}]),
                {
                    "resourceType": "Condition",
                    "id": "c1",
                    "bodySite": [codeable(SCT, code="280849005")],
                },
            ],
            "augmentation": {
                "levels.names": ["T12"],
                "levels.source": "reasonReference",
            },
        },
        {
            "why": "and that of a contained one",
            "drafts": [
                cpt(
                    "22513",
                    reasonReference=[{"reference": "#c1"}],
                    contained=[
                        {
                            "resourceType": "Condition",
                            "id": "c1",
                            "bodySite": [codeable(SCT, code="280849005")],
                        }
                    ],
                )
            ],
            "augmentation": {
                "levels.names": ["T12"],
                "levels.source": "reasonReference",
            },
        },
        {
            "why": "a reason that was ruled out says no level",
            "drafts": [
                cpt("22513", reasonReference=[{"reference": "Condition/c1"}]),
                {
                    "resourceType": "Condition",
                    "id": "c1",
                    "bodySite": [codeable(SCT, code="280849005")],
                    "verificationStatus": codeable(
                        "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                        code="entered-in-error",
                    ),
                },
            ],
            "augmentation": {"levels.names": []},
        },
        {
            "why": "22514 and 22511 of one body site are 1 level",
            "drafts": [
                cpt("22514", number=1, bodySite=[codeable(SCT, code="11994002")]),
                cpt("22511", number=2, bodySite=[codeable(SCT, code="11994002")]),
            ],
            "augmentation": {"levels.count": 1},
        },
        {
            "why": "22513 and 22514 of one body site are 2 levels",
            "drafts": [
                cpt("22513", number=1, bodySite=[codeable(SCT, code="11994002")]),
                cpt("22514", number=2, bodySite=[codeable(SCT, code="11994002")]),
            ],
            "augmentation": {"levels.count": 2},
        },
        {
            "why": "22514 and 22511 and 22515 of one body site are 2 levels",
            "drafts": [
                cpt("22514", number=1, bodySite=[codeable(SCT, code="11994002")]),
                cpt("22511", number=2, bodySite=[codeable(SCT, code="11994002")]),
                cpt("22515", number=3, bodySite=[codeable(SCT, code="11994002")]),
            ],
            "augmentation": {"levels.count": 2},
        },
        {
            "why": "no other orthosis is a brace whatever its words: L0621",
            "drafts": [
                brace(
                    codeable(
                        HCPCS,
                        code="L0621",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
        },
        {
            "why": "no other orthosis is a brace whatever its words: L0623",
            "drafts": [
                brace(
                    codeable(
                        HCPCS,
                        code="L0623",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
        },
        {
            "why": "no other orthosis is a brace whatever its words: L0120",
            "drafts": [
                brace(
                    codeable(
                        HCPCS,
                        code="L0120",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
        },
        {
            "why": "no other orthosis is a brace whatever its words: L0172",
            "drafts": [
                brace(
                    codeable(
                        HCPCS,
                        code="L0172",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
        },
        {
            "why": "no other orthosis is a brace whatever its words: L0700",
            "drafts": [
                brace(
                    codeable(
                        HCPCS,
                        code="L0700",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
        },
        {
            "why": "no other orthosis is a brace whatever its words: L1832",
            "drafts": [
                brace(
                    codeable(
                        HCPCS,
                        code="L1832",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
        },
        {
            "why": "no other orthosis is a brace whatever its words: L3908",
            "drafts": [
                brace(
                    codeable(
                        HCPCS,
                        code="L3908",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
        },
        {
            "why": "the title is ours with the code",
            "drafts": [brace(None)],
            "others": ["brace"],
            "titles": ["TLSO (L0456)"],
        },
        {
            "why": "and not what the order calls it",
            "drafts": [brace(codeable(HCPCS, code="L0627", text="Mr Smith's corset"))],
            "others": ["brace"],
            "titles": ["lumbar brace (L0627)"],
        },
        {
            "why": "without a code it is ours alone",
            "drafts": [brace({"text": "TLSO for Mr Smith"})],
            "others": ["brace"],
            "titles": ["TLSO"],
        },
        {
            "why": "a brace may be only worded: TLSO",
            "drafts": [brace({"text": "TLSO"})],
            "others": ["brace"],
        },
        {
            "why": "a brace may be only worded: TLSO when out of bed, off in bed",
            "drafts": [brace({"text": "TLSO when out of bed, off in bed"})],
            "others": ["brace"],
        },
        {
            "why": "a brace may be only worded: Back brace after kyphoplasty",
            "drafts": [brace({"text": "Back brace after kyphoplasty"})],
            "others": ["brace"],
        },
        {
            "why": "a brace may be only worded: Thoracolumbar brace",
            "drafts": [brace({"text": "Thoracolumbar brace"})],
            "others": ["brace"],
        },
        {
            "why": "other words are no brace order: Cervical collar",
            "drafts": [
                brace({"text": "Cervical collar"}),
                worded("Cervical collar", number=2),
            ],
        },
        {
            "why": "other words are no brace order: Knee brace",
            "drafts": [brace({"text": "Knee brace"}), worded("Knee brace", number=2)],
        },
        {
            "why": "other words are no brace order: Sacroiliac belt",
            "drafts": [
                brace({"text": "Sacroiliac belt"}),
                worded("Sacroiliac belt", number=2),
            ],
        },
        {
            "why": "other words are no brace order: No brace",
            "drafts": [brace({"text": "No brace"}), worded("No brace", number=2)],
        },
        {
            "why": "other words are no brace order: Wean TLSO",
            "drafts": [brace({"text": "Wean TLSO"}), worded("Wean TLSO", number=2)],
        },
        {
            "why": "other words are no brace order: Discontinue back brace",
            "drafts": [
                brace({"text": "Discontinue back brace"}),
                worded("Discontinue back brace", number=2),
            ],
        },
        {
            "why": "other words are no brace order: Brace",
            "drafts": [brace({"text": "Brace"}), worded("Brace", number=2)],
        },
        {
            "why": "other words are no brace order: Wrist orthosis",
            "drafts": [
                brace({"text": "Wrist orthosis"}),
                worded("Wrist orthosis", number=2),
            ],
        },
    ],
    ids=lambda case: case["why"],
)
def test_what_drafts_order(case):
    drafts = signing(bundle(*case["drafts"]))
    found = find_augmentation_order(drafts, terminology())
    assert (found is None) is ("augmentation" not in case)
    for element, expected in case.get("augmentation", {}).items():
        if element == "note":
            assert any(expected in note for note in found.notes), found.notes
        elif element == "because":
            assert set(expected) <= found.reasons
        else:
            value = attrgetter(element)(found)
            assert (list(value) if isinstance(value, tuple) else value) == expected, (
                element
            )
    others = find_draft_support_orders(drafts, terminology())
    assert [one.kind for one in others] == case.get("others", [])
    assert "titles" not in case or [one.title for one in others] == case["titles"]
    if found or others or missed_orders(drafts, terminology()):
        assert concern_us(*case["drafts"])


@pytest.mark.parametrize(
    "title", ["Colonoscopy", "X-ray of the knee", "Knee brace, hinged", ""]
)
def test_an_order_of_another_kind_is_read_no_further(title):
    order = {"resourceType": "ServiceRequest", "code": {"text": title}}
    assert not concern_us(order)
    assert not concern_us(order, {"code": "no order"})
    assert concern_us(
        order, order | {"status": "revoked", "code": {"text": "Kyphoplasty L1"}}
    )


@pytest.mark.parametrize(("count", "read"), [(100, 100), (101, 100)])
def test_of_a_long_list_the_beginning_is_read_and_the_answer_says_so(count, read):
    order = {
        "resourceType": "ServiceRequest",
        "id": "1",
        "code": {"coding": [{"display": "Kyphoplasty L1"}] * count},
    }
    drafts = signing(bundle(order))
    (draft,) = drafts.drafts
    assert len(draft.resource["code"]["coding"]) == read
    assert (drafts.cut != (), draft.source is None) == (count > read, count > read)
    assert concern_us(order)


def concern_us(*orders):
    return may_concern_us(bundle(*orders), terminology(), Deadline.after(60))
