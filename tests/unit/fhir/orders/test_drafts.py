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
    ("drafts", "expected", "others", "titles"),
    [
        pytest.param(
            [order(codeable(PCS, code="0QU03JZ"))],
            {"procedure": None, "notes": [OPEN]},
            [],
            None,
            id="a supplement alone leaves the procedure open and says so",
        ),
        pytest.param(
            [
                order(
                    {
                        "coding": [
                            {"system": PCS, "code": "0QU03JZ"},
                            {"system": PCS, "code": "0QS03ZZ"},
                        ]
                    }
                )
            ],
            {"procedure": "PKP"},
            [],
            None,
            id="supplement and reposition on one order are a kyphoplasty",
        ),
        pytest.param(
            [
                order(codeable(PCS, code="0PU43JZ")),
                order(codeable(PCS, code="0PS43ZZ"), number=2),
            ],
            {
                "procedure": "PKP",
                "references": ["ServiceRequest/draft-1", "ServiceRequest/draft-2"],
            },
            [],
            None,
            id="supplement and reposition on two orders are one kyphoplasty",
        ),
        pytest.param(
            [order(codeable(PCS, code="0PS43ZZ"))],
            None,
            [],
            None,
            id="reposition alone is no augmentation",
        ),
        pytest.param(
            [order(codeable(PCS, code="0QU03JZ", text="Kyphoplasty L1"))],
            {
                "procedure": "PKP",
                "recognised_by": "code",
                "note": FROM_WORDS,
            },
            [],
            None,
            id="words settle what an open code leaves open",
        ),
        pytest.param(
            [cpt("22514"), cpt("22511", number=2)],
            {
                "procedure": None,
                "notes": [BOTH],
                "references": ["ServiceRequest/draft-1", "ServiceRequest/draft-2"],
            },
            [],
            None,
            id="both procedures in one signing are named and neither is chosen",
        ),
        pytest.param(
            [cpt("22514", number=2), brace(None, number=3), cpt("22515")],
            {
                "references": ["ServiceRequest/draft-1", "ServiceRequest/draft-2"],
                "titles": ["kyphoplasty (22515)", "kyphoplasty (22514)"],
            },
            ["brace"],
            None,
            id="several orders are one answer that names them all",
        ),
        pytest.param(
            [
                order(
                    {"text": "Surgical case request"},
                    orderDetail=[codeable(CPT, code="22514")],
                )
            ],
            {"procedure": "PKP"},
            [],
            None,
            id="a procedure named only in the detail of an order counts",
        ),
        pytest.param(
            [order(codeable("urn:local", code="4711", display="Kyphoplasty"))],
            {"recognised_by": "text", "note": BY_TEXT},
            [],
            None,
            id="the display of an unknown code counts as words",
        ),
        pytest.param(
            [
                {
                    "resourceType": "ProcedureRequest",
                    "id": "1",
                    "code": codeable(CPT, code="22514"),
                    "subject": {"reference": "Patient/pat-1"},
                }
            ],
            {"procedure": "PKP"},
            [],
            None,
            id="DSTU2 names the procedure in a ProcedureRequest",
        ),
        pytest.param(
            [
                {
                    "resourceType": "ReferralRequest",
                    "id": "2",
                    "serviceRequested": [codeable(CPT, code="22511")],
                    "patient": {"reference": "Patient/pat-1"},
                }
            ],
            {"procedure": "PVP"},
            [],
            None,
            id="STU3 names it in a ReferralRequest",
        ),
        pytest.param(
            [
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
            {"references": ["RequestGroup/draft-1#inside"]},
            [],
            None,
            id="an order inside a request group is found",
        ),
        pytest.param(
            [
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
            {"references": ["Bundle/b#inside"]},
            [],
            None,
            id="and inside a nested Bundle",
        ),
        pytest.param(
            [
                cpt("22514", status="revoked"),
                order(codeable(SCT, code="77476009"), number=2, status="revoked"),
            ],
            None,
            [],
            None,
            id="an order that was revoked is none",
        ),
        pytest.param(
            [
                cpt("22514", status="completed"),
                order(codeable(SCT, code="77476009"), number=2, status="completed"),
            ],
            None,
            [],
            None,
            id="nor one that is completed",
        ),
        pytest.param(
            [cpt("22514", status="entered-in-error")],
            None,
            [],
            None,
            id="nor one that was entered in error",
        ),
        pytest.param(
            [
                cpt("22514", doNotPerform=True),
                order(codeable(SCT, code="77476009"), number=2, doNotPerform=True),
            ],
            None,
            [],
            None,
            id="nor one not to perform it",
        ),
        pytest.param(
            [cpt("22514", subject=None)],
            {"procedure": "PKP"},
            [],
            None,
            id="an order that names nobody is for the patient of the call",
        ),
        pytest.param(
            [
                cpt("22514"),
                brace(None, number=2, subject={"reference": "Patient/other"}),
            ],
            {"procedure": "PKP"},
            [],
            None,
            id="another patient's brace is left out, and no reason to refuse",
        ),
        pytest.param(
            [
                cpt("22514", authoredOn="2026-11-20T23:30:00-05:00"),
                cpt("22515", number=2, authoredOn="2026-11-22"),
            ],
            {"authored": date(2026, 11, 21)},
            [],
            None,
            id="the earliest day of writing counts in UTC",
        ),
        pytest.param(
            [cpt("22514")],
            {
                "levels.region": "lumbar",
                "levels.names": [],
                "levels.is_at_junction": None,
                "levels.source": "",
            },
            [],
            None,
            id="the region of the code alone does not decide the junction",
        ),
        pytest.param(
            [cpt("22514", reasonCode=[codeable(ICD, code="M48.55XA")])],
            {"note": WEAK_JUNCTION},
            [],
            None,
            id="the weak code of the junction is named as weak",
        ),
        pytest.param(
            [
                order(
                    codeable(CPT, code="22514", text="Kyphoplasty L2"),
                    bodySite=[codeable(SCT, code="66794005")],
                )
            ],
            {"levels.names": ["L1"], "note": "its text says L2"},
            [],
            None,
            id="a body site is believed before the text and the difference is said",
        ),
        pytest.param(
            [cpt("22514", bodySite=[{"text": "Th12"}])],
            {"levels.names": ["T12"]},
            [],
            None,
            id="a site that is only worded is read",
        ),
        pytest.param(
            [cpt("22514", note=[{"text": "spinal stimulator T9"}])],
            {"levels.names": []},
            [],
            None,
            id="a note on something else names no level",
        ),
        pytest.param(
            [
                cpt(
                    "22514",
                    note=[{"text": "treat L1 and T12"}],
                    reasonCode=[codeable(ICD, code="S32.030A")],
                )
            ],
            {"levels.names": ["T12", "L1"], "levels.source": "note"},
            [],
            None,
            id="a note is believed before the reason",
        ),
        pytest.param(
            [cpt("22513", reasonReference=[{"reference": "Condition/elsewhere"}])],
            {"levels.names": []},
            [],
            None,
            id="a reason that did not come along is not looked for",
        ),
        pytest.param(
            [cpt("22513", bodySite=[codeable(SCT, code="1186895000")])],
            {
                "levels.names": [],
                "levels.is_at_junction": None,
                "note": UNUSUAL_NUMBERING,
            },
            [],
            None,
            id="a thirteenth thoracic vertebra is named and not used",
        ),
        pytest.param(
            [order(codeable(CPT, code="22514", text="Kyphoplasty L6"))],
            {"note": UNUSUAL_NUMBERING},
            [],
            None,
            id="a sixth lumbar vertebra is named",
        ),
        pytest.param(
            [
                cpt(
                    "22514",
                    bodySite=[
                        codeable(SCT, code="11994002"),
                        codeable(SCT, code="66794005"),
                    ],
                )
            ],
            {
                "levels.names": ["L1", "L4"],
                "levels.count": 2,
                "levels.is_at_junction": True,
            },
            [],
            None,
            id="any level at the junction is enough",
        ),
        pytest.param(
            [
                cpt("22514", bodySite=[codeable(SCT, code="11994002")]),
                cpt("22515", number=2),
            ],
            {
                "levels.names": ["L4"],
                "levels.count": 2,
                "levels.is_at_junction": None,
            },
            [],
            None,
            id="an additional level that is not named leaves the junction open",
        ),
        pytest.param(
            [order(codeable(SCT, code="77476009"))],
            None,
            ["brace"],
            None,
            id="a brace may be a ServiceRequest",
        ),
        pytest.param(
            [
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
            None,
            ["brace"],
            None,
            id="or a contained device by its type",
        ),
        pytest.param(
            [
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
            None,
            ["brace"],
            None,
            id="or a contained device by its name",
        ),
        pytest.param(
            [
                brace(
                    codeable(
                        HCPCS,
                        code="L0120",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
            None,
            [],
            None,
            id="a cervical orthosis is no brace whatever its words",
        ),
        pytest.param(
            [
                worded("No bed rest"),
                worded("Out of bed today", number=2),
                worded("Avoid bed rest", number=3),
            ],
            None,
            [],
            None,
            id="words against bed rest are no bed rest",
        ),
        pytest.param(
            [
                worded("No physical therapy"),
                worded("Cardiac rehabilitation", number=2),
                worded("Discontinue physiotherapy", number=3),
                worded("DXA forearm", number=4),
            ],
            None,
            [],
            None,
            id="words of another referral do not count as ordered",
        ),
        pytest.param(
            [
                worded("Referral to physical therapy"),
                worded("Dietitian", number=2),
                worded("Fracture liaison service", number=3),
                worded("DXA hip and spine", number=4),
            ],
            None,
            ["rehabilitation", "dietitian", "bone-treatment", "dxa"],
            None,
            id="referrals that are only worded count as ordered",
        ),
        pytest.param(
            [
                cpt(
                    "22514",
                    bodySite=[codeable(SCT, code="66794005")],
                    replaces=[{"reference": "ServiceRequest/draft-2"}],
                ),
                cpt("22513", number=2, bodySite=[codeable(SCT, code="23215003")]),
            ],
            {"levels.names": ["L1"]},
            [],
            None,
            id="an order that another replaces is none",
        ),
        pytest.param(
            [
                cpt("22514", bodySite=[codeable(SCT, code="66794005")], replaces=[]),
                cpt(
                    "22513",
                    number=2,
                    bodySite=[codeable(SCT, code="23215003")],
                    status="Cancelled",
                ),
            ],
            {"levels.names": ["L1"]},
            [],
            None,
            id="nor is one that is withdrawn",
        ),
        pytest.param(
            [
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
            {"levels.names": ["T12", "L1"]},
            [],
            None,
            id="of two that replace each other both count",
        ),
        pytest.param(
            [
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
            {"levels.names": ["L1"]},
            [],
            None,
            id="an order does not replace itself",
        ),
        pytest.param(
            [cpt("22514", status="draft")],
            {"procedure": "PKP"},
            [],
            None,
            id="any other status counts: draft",
        ),
        pytest.param(
            [cpt("22514", status="active")],
            {"procedure": "PKP"},
            [],
            None,
            id="any other status counts: active",
        ),
        pytest.param(
            [cpt("22514", status="on-hold")],
            {"procedure": "PKP"},
            [],
            None,
            id="any other status counts: on-hold",
        ),
        pytest.param(
            [cpt("22514", status="unknown")],
            {"procedure": "PKP"},
            [],
            None,
            id="any other status counts: unknown",
        ),
        pytest.param(
            [cpt("22514", status=None)],
            {"procedure": "PKP"},
            [],
            None,
            id="any other status counts: None",
        ),
        pytest.param(
            [cpt("22514", status=7)],
            {"procedure": "PKP"},
            [],
            None,
            id="any other status counts: 7",
        ),
        pytest.param(
            [cpt("22514", authoredOn="2026")],
            {"authored": None},
            [],
            None,
            id="a day that is not stated is not made up: 2026",
        ),
        pytest.param(
            [cpt("22514", authoredOn="2026-11")],
            {"authored": None},
            [],
            None,
            id="a day that is not stated is not made up: 2026-11",
        ),
        pytest.param(
            [cpt("22514", authoredOn="soon")],
            {"authored": None},
            [],
            None,
            id="a day that is not stated is not made up: soon",
        ),
        pytest.param(
            [cpt("22514", authoredOn="2026-13-45")],
            {"authored": None},
            [],
            None,
            id="a day that is not stated is not made up: 2026-13-45",
        ),
        pytest.param(
            [cpt("22514", authoredOn=None)],
            {"authored": None},
            [],
            None,
            id="a day that is not stated is not made up: None",
        ),
        pytest.param(
            [cpt("22514", authoredOn=20261120)],
            {"authored": None},
            [],
            None,
            id="a day that is not stated is not made up: 20261120",
        ),
        pytest.param(
            [
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
            {"because": ["malignancy", "osteoporotic-vertebral-fracture"]},
            [],
            None,
            id="reasons are read from codes and from conditions that came along",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="64864005")])],
            {
                "levels.names": ["T1"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
            [],
            None,
            id="64864005 of DICOM CID 7603 is T1",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="56094003")])],
            {
                "levels.names": ["T1"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
            [],
            None,
            id="56094003 of mCODE is T1",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="82687006")])],
            {
                "levels.names": ["T9"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
            [],
            None,
            id="82687006 of DICOM CID 7603 is T9",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="33766003")])],
            {
                "levels.names": ["T9"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
            [],
            None,
            id="33766003 of mCODE is T9",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="7610001")])],
            {
                "levels.names": ["T10"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
            [],
            None,
            id="7610001 of DICOM CID 7603 is T10",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="48405002")])],
            {
                "levels.names": ["T10"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
            [],
            None,
            id="48405002 of mCODE is T10",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="12989004")])],
            {
                "levels.names": ["T11"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
            [],
            None,
            id="12989004 of DICOM CID 7603 is T11",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="52120002")])],
            {
                "levels.names": ["T11"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
            [],
            None,
            id="52120002 of mCODE is T11",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="23215003")])],
            {
                "levels.names": ["T12"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
            [],
            None,
            id="23215003 of DICOM CID 7603 is T12",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="280849005")])],
            {
                "levels.names": ["T12"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
            [],
            None,
            id="280849005 of mCODE is T12",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="66794005")])],
            {
                "levels.names": ["L1"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
            [],
            None,
            id="66794005 of DICOM CID 7603 is L1",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="61032001")])],
            {
                "levels.names": ["L1"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
            [],
            None,
            id="61032001 of mCODE is L1",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="14293000")])],
            {
                "levels.names": ["L2"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
            [],
            None,
            id="14293000 of DICOM CID 7603 is L2",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="53983007")])],
            {
                "levels.names": ["L2"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": True,
            },
            [],
            None,
            id="53983007 of mCODE is L2",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="36470004")])],
            {
                "levels.names": ["L3"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
            [],
            None,
            id="36470004 of DICOM CID 7603 is L3",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="55492004")])],
            {
                "levels.names": ["L3"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
            [],
            None,
            id="55492004 of mCODE is L3",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="49668003")])],
            {
                "levels.names": ["L5"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
            [],
            None,
            id="49668003 of DICOM CID 7603 is L5",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="21799000")])],
            {
                "levels.names": ["L5"],
                "levels.count": 1,
                "levels.source": "bodySite",
                "levels.is_at_junction": False,
            },
            [],
            None,
            id="21799000 of mCODE is L5",
        ),
        pytest.param(
            [
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
            {
                "levels.names": ["T12", "L1"],
                "levels.count": 2,
                "notes": [],
            },
            [],
            None,
            id="each body site counts: a code with words beside a code",
        ),
        pytest.param(
            [cpt("22514", bodySite=[codeable(SCT, code="66794005"), {"text": "T12"}])],
            {
                "levels.names": ["T12", "L1"],
                "levels.count": 2,
                "notes": [],
            },
            [],
            None,
            id="each body site counts: words beside a code",
        ),
        pytest.param(
            [
                cpt(
                    "22514",
                    bodySite=[codeable(SCT, code="66794005", text="L2 fracture")],
                )
            ],
            {
                "levels.names": ["L1"],
                "notes": [
                    "The order's bodySite says L1, its text says L2; L1 is used."
                ],
            },
            [],
            None,
            id="words of another level beside a code of bodySite are said",
        ),
        pytest.param(
            [
                cpt(
                    "22514",
                    bodySite=[codeable(SCT, code="66794005", text="L1 fracture")],
                )
            ],
            {"levels.names": ["L1"], "notes": []},
            [],
            None,
            id="words of the same level beside a code of bodySite are not",
        ),
        pytest.param(
            [
                cpt(
                    "22514",
                    reasonCode=[codeable(ICD, code="S32.010A", text="L2 fracture")],
                )
            ],
            {
                "levels.names": ["L1"],
                "notes": [
                    "The order's reasonCode says L1, its text says L2; L1 is used."
                ],
            },
            [],
            None,
            id="words of another level beside a code of reasonCode are said",
        ),
        pytest.param(
            [
                cpt(
                    "22514",
                    reasonCode=[codeable(ICD, code="S32.010A", text="L1 fracture")],
                )
            ],
            {"levels.names": ["L1"], "notes": []},
            [],
            None,
            id="words of the same level beside a code of reasonCode are not",
        ),
        pytest.param(
            [cpt("22514", reasonCode=[codeable(ICD, code="S32.010D")])],
            {"levels.names": []},
            [],
            None,
            id="an older fracture or a code of another edition names no level of today: S32.010D",
        ),
        pytest.param(
            [cpt("22514", reasonCode=[codeable(ICD, code="S32.010G")])],
            {"levels.names": []},
            [],
            None,
            id="an older fracture or a code of another edition names no level of today: S32.010G",
        ),
        pytest.param(
            [cpt("22514", reasonCode=[codeable(ICD, code="S32.010S")])],
            {"levels.names": []},
            [],
            None,
            id="an older fracture or a code of another edition names no level of today: S32.010S",
        ),
        pytest.param(
            [cpt("22514", reasonCode=[codeable(ICD, code="S32.01")])],
            {"levels.names": []},
            [],
            None,
            id="an older fracture or a code of another edition names no level of today: S32.01",
        ),
        pytest.param(
            [
                order(
                    codeable(CPT, code="22514", text="Kyphoplasty L1"),
                    note=[{"text": "rods L3-L5 in place"}],
                )
            ],
            {"levels.names": ["L1"], "levels.source": "text"},
            [],
            None,
            id="a note does not move the level that the order names: rods L3-L5 in place",
        ),
        pytest.param(
            [
                order(
                    codeable(CPT, code="22514", text="Kyphoplasty L1"),
                    note=[{"text": "spinal stimulator T9"}],
                )
            ],
            {"levels.names": ["L1"], "levels.source": "text"},
            [],
            None,
            id="a note does not move the level that the order names: spinal stimulator T9",
        ),
        pytest.param(
            [
                order(
                    codeable(CPT, code="22514", text="Kyphoplasty L1"),
                    note=[{"text": "L2 also if time"}],
                )
            ],
            {"levels.names": ["L1"], "levels.source": "text"},
            [],
            None,
            id="a note does not move the level that the order names: L2 also if time",
        ),
        pytest.param(
            [
                order(
                    codeable(CPT, code="22514", text="Kyphoplasty L1"),
                    note=[{"text": "fracture at T8 as well"}],
                )
            ],
            {"levels.names": ["L1"], "levels.source": "text"},
            [],
            None,
            id="a note does not move the level that the order names: fracture at T8 as well",
        ),
        pytest.param(
            [
                cpt("22513", reasonReference=[{"reference": "Condition/c1"}]),
                {
                    "resourceType": "Condition",
                    "id": "c1",
                    "bodySite": [codeable(SCT, code="280849005")],
                },
            ],
            {
                "levels.names": ["T12"],
                "levels.source": "reasonReference",
            },
            [],
            None,
            id="the body site of a reason that came along is read",
        ),
        pytest.param(
            [
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
            {
                "levels.names": ["T12"],
                "levels.source": "reasonReference",
            },
            [],
            None,
            id="and that of a contained one",
        ),
        pytest.param(
            [
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
            {"levels.names": []},
            [],
            None,
            id="a reason that was ruled out says no level",
        ),
        pytest.param(
            [
                cpt("22514", number=1, bodySite=[codeable(SCT, code="11994002")]),
                cpt("22511", number=2, bodySite=[codeable(SCT, code="11994002")]),
            ],
            {"levels.count": 1},
            [],
            None,
            id="22514 and 22511 of one body site are 1 level",
        ),
        pytest.param(
            [
                cpt("22513", number=1, bodySite=[codeable(SCT, code="11994002")]),
                cpt("22514", number=2, bodySite=[codeable(SCT, code="11994002")]),
            ],
            {"levels.count": 2},
            [],
            None,
            id="22513 and 22514 of one body site are 2 levels",
        ),
        pytest.param(
            [
                cpt("22514", number=1, bodySite=[codeable(SCT, code="11994002")]),
                cpt("22511", number=2, bodySite=[codeable(SCT, code="11994002")]),
                cpt("22515", number=3, bodySite=[codeable(SCT, code="11994002")]),
            ],
            {"levels.count": 2},
            [],
            None,
            id="22514 and 22511 and 22515 of one body site are 2 levels",
        ),
        pytest.param(
            [
                brace(
                    codeable(
                        HCPCS,
                        code="L0621",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
            None,
            [],
            None,
            id="no other orthosis is a brace whatever its words: L0621",
        ),
        pytest.param(
            [
                brace(
                    codeable(
                        HCPCS,
                        code="L0623",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
            None,
            [],
            None,
            id="no other orthosis is a brace whatever its words: L0623",
        ),
        pytest.param(
            [
                brace(
                    codeable(
                        HCPCS,
                        code="L0120",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
            None,
            [],
            None,
            id="no other orthosis is a brace whatever its words: L0120",
        ),
        pytest.param(
            [
                brace(
                    codeable(
                        HCPCS,
                        code="L0172",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
            None,
            [],
            None,
            id="no other orthosis is a brace whatever its words: L0172",
        ),
        pytest.param(
            [
                brace(
                    codeable(
                        HCPCS,
                        code="L0700",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
            None,
            [],
            None,
            id="no other orthosis is a brace whatever its words: L0700",
        ),
        pytest.param(
            [
                brace(
                    codeable(
                        HCPCS,
                        code="L1832",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
            None,
            [],
            None,
            id="no other orthosis is a brace whatever its words: L1832",
        ),
        pytest.param(
            [
                brace(
                    codeable(
                        HCPCS,
                        code="L3908",
                        text="TLSO back brace",
                        display="Lumbar orthosis",
                    )
                )
            ],
            None,
            [],
            None,
            id="no other orthosis is a brace whatever its words: L3908",
        ),
        pytest.param(
            [brace(None)],
            None,
            ["brace"],
            ["TLSO (L0456)"],
            id="the title is ours with the code",
        ),
        pytest.param(
            [brace(codeable(HCPCS, code="L0627", text="Mr Smith's corset"))],
            None,
            ["brace"],
            ["lumbar brace (L0627)"],
            id="and not what the order calls it",
        ),
        pytest.param(
            [brace({"text": "TLSO for Mr Smith"})],
            None,
            ["brace"],
            ["TLSO"],
            id="without a code it is ours alone",
        ),
        pytest.param(
            [brace({"text": "TLSO"})],
            None,
            ["brace"],
            None,
            id="a brace may be only worded: TLSO",
        ),
        pytest.param(
            [brace({"text": "TLSO when out of bed, off in bed"})],
            None,
            ["brace"],
            None,
            id="a brace may be only worded: TLSO when out of bed, off in bed",
        ),
        pytest.param(
            [brace({"text": "Back brace after kyphoplasty"})],
            None,
            ["brace"],
            None,
            id="a brace may be only worded: Back brace after kyphoplasty",
        ),
        pytest.param(
            [brace({"text": "Thoracolumbar brace"})],
            None,
            ["brace"],
            None,
            id="a brace may be only worded: Thoracolumbar brace",
        ),
        pytest.param(
            [
                brace({"text": "Cervical collar"}),
                worded("Cervical collar", number=2),
            ],
            None,
            [],
            None,
            id="other words are no brace order: Cervical collar",
        ),
        pytest.param(
            [brace({"text": "Knee brace"}), worded("Knee brace", number=2)],
            None,
            [],
            None,
            id="other words are no brace order: Knee brace",
        ),
        pytest.param(
            [
                brace({"text": "Sacroiliac belt"}),
                worded("Sacroiliac belt", number=2),
            ],
            None,
            [],
            None,
            id="other words are no brace order: Sacroiliac belt",
        ),
        pytest.param(
            [brace({"text": "No brace"}), worded("No brace", number=2)],
            None,
            [],
            None,
            id="other words are no brace order: No brace",
        ),
        pytest.param(
            [brace({"text": "Wean TLSO"}), worded("Wean TLSO", number=2)],
            None,
            [],
            None,
            id="other words are no brace order: Wean TLSO",
        ),
        pytest.param(
            [
                brace({"text": "Discontinue back brace"}),
                worded("Discontinue back brace", number=2),
            ],
            None,
            [],
            None,
            id="other words are no brace order: Discontinue back brace",
        ),
        pytest.param(
            [brace({"text": "Brace"}), worded("Brace", number=2)],
            None,
            [],
            None,
            id="other words are no brace order: Brace",
        ),
        pytest.param(
            [
                brace({"text": "Wrist orthosis"}),
                worded("Wrist orthosis", number=2),
            ],
            None,
            [],
            None,
            id="other words are no brace order: Wrist orthosis",
        ),
    ],
)
def test_what_drafts_order(drafts, expected, others, titles):
    signed = signing(bundle(*drafts))
    augmentation = find_augmentation_order(signed, terminology())
    assert (augmentation is None) is (expected is None)
    for element, value in (expected or {}).items():
        assert_ordered(augmentation, element, value)
    support = find_draft_support_orders(signed, terminology())
    assert [order.kind for order in support] == others
    assert titles is None or [order.title for order in support] == titles
    if augmentation or support or missed_orders(signed, terminology()):
        assert concern_us(*drafts)


def assert_ordered(augmentation, element, expected):
    """Assert an attribute of the order; `note` and `because` are parts of one."""
    if element == "note":
        assert any(expected in note for note in augmentation.notes), augmentation.notes
    elif element == "because":
        assert set(expected) <= augmentation.reasons
    else:
        value = attrgetter(element)(augmentation)
        assert (list(value) if isinstance(value, tuple) else value) == expected, element


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
