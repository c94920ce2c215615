"""What was measured on images of a record, and what is left open.

Today is 20 November 2026.
"""

from datetime import date

import pytest

from tests.builders import (
    coded,
    measure,
    observation,
    on_record,
    ordered_augmentation,
)
from tests.codes import MEASURES, SCT
from tests.expected import Known, Missing, check


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(
            on_record(
                measure("fascia-injury", valueBoolean=True),
                measure("fascia-injury", valueBoolean=False),
            ),
            {"fascia-injury": Missing("conflicting")},
            id="two-answers-of-one-moment-conflict",
        ),
        pytest.param(
            on_record(
                observation(
                    {"text": "MRI of the spine, L4"},
                    method={"text": "MRI T2"},
                    component=[
                        {
                            "code": coded("psoas-total-area", system=MEASURES),
                            "valueQuantity": {"value": 14, "unit": "cm2"},
                        },
                        {
                            "code": {"text": "liver volume on CT"},
                            "valueQuantity": {"value": 1400, "unit": "mL"},
                        },
                    ],
                )
            ),
            {"psoas-total-area": Known(may_reassure=True)},
            id="the-parts-of-a-panel-do-not-speak-for-each-other",
        ),
        pytest.param(
            on_record(measure("fascia-injury", valueString="possibly")),
            {"fascia-injury": Missing("no-value")},
            id="an-answer-that-we-do-not-know-is-no-answer",
        ),
        pytest.param(
            on_record(
                measure("paraspinal-signal", value=182, unit="1", on="2026-03-01"),
                measure("paraspinal-signal", value=200.2, unit="1", on="2026-11-01"),
            ),
            {"paraspinal-signal-change": Known(10.0, printed="200.2 1 on 1 Nov 2026")},
            id="the-signal-is-compared-as-well,-and-both-values-are-named-with-their-days",
        ),
        pytest.param(
            on_record(
                measure(
                    "paraspinal-csa", value=40, unit="cm2", on="2026-03-01", method=None
                ),
                measure(
                    "paraspinal-csa", value=36, unit="cm2", on="2026-11-01", method=None
                ),
            ),
            {
                "paraspinal-csa-change": Known(
                    concerns=[
                        "Whether both were measured the same way is not recorded."
                    ]
                )
            },
            id="an-unrecorded-method-is-a-concern",
        ),
        pytest.param(
            on_record(
                measure("paraspinal-csa", value=40, unit="cm2", on="2024-03-01"),
                measure("paraspinal-csa", value=36, unit="cm2", on="2026-11-01"),
            ),
            {"paraspinal-csa-change": Known(-10.0, since=date(2024, 3, 1))},
            id="the-earlier-value-may-be-older-than-usable",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "trabecular ROI, unenhanced"},
                    bodySite={"text": "L1"},
                ),
                order=ordered_augmentation(["L1"]),
            ),
            {
                "ct-attenuation": Missing(
                    "other-method",
                    value=84,
                    detail="measured at L1, the fractured level",
                )
            },
            id="HU-of-the-fractured-level-are-no-input,-the-level-in-words",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "trabecular ROI, unenhanced"},
                    bodySite=coded("66794005", system=SCT),
                ),
                order=ordered_augmentation(["L1"]),
            ),
            {
                "ct-attenuation": Missing(
                    "other-method",
                    value=84,
                    detail="measured at L1, the fractured level",
                )
            },
            id="HU-of-the-fractured-level-are-no-input,-the-level-by-its-code",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "trabecular ROI, unenhanced"},
                    bodySite={"text": "L1-2mm"},
                ),
                order=ordered_augmentation(["L1"]),
            ),
            {
                "ct-attenuation": Missing(
                    "other-method",
                    value=84,
                    detail="measured at L1, the fractured level",
                )
            },
            id="HU-of-the-fractured-level-are-no-input,-the-slice's-thickness-behind-it",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "trabecular ROI, unenhanced"},
                    bodySite={"text": "L1"},
                ),
                order=ordered_augmentation(["L2"]),
            ),
            {"ct-attenuation": Known(may_reassure=True, has_concerns=False)},
            id="HU-at-L1-with-L2-treated:-beside-it,-and-L1",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "trabecular ROI, unenhanced"},
                    bodySite={"text": "L1"},
                ),
                order=ordered_augmentation(["T8"]),
            ),
            {"ct-attenuation": Known(may_reassure=True, has_concerns=False)},
            id="HU-at-L1-with-T8-treated:-L1",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "trabecular ROI, unenhanced"},
                    bodySite={"text": "L3"},
                ),
                order=ordered_augmentation(["L2"]),
            ),
            {"ct-attenuation": Known(may_reassure=True, has_concerns=False)},
            id="HU-at-L3-with-L2-treated:-beside-it",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "trabecular ROI, unenhanced"},
                    bodySite={"text": "L3"},
                ),
                order=ordered_augmentation(["T12"]),
            ),
            {"ct-attenuation": Known(may_reassure=False, has_concerns=True)},
            id="HU-at-L3-with-T12-treated:-neither",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "trabecular ROI, unenhanced"},
                    bodySite={"text": "L2"},
                ),
                order=ordered_augmentation(["L1", "L3"]),
            ),
            {"ct-attenuation": Known(may_reassure=True, has_concerns=False)},
            id="HU-at-L2-with-L1-and-L3-treated:-between-two",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "trabecular ROI, unenhanced"},
                    bodySite={"text": "L1/L2"},
                ),
                order=ordered_augmentation(["L1"]),
            ),
            {"ct-attenuation": Known(may_reassure=False, has_concerns=True)},
            id="HU-at-L1/L2-with-L1-treated:-partly-fractured",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "trabecular ROI, unenhanced"},
                    bodySite={"text": "L1"},
                ),
                order=ordered_augmentation([]),
            ),
            {"ct-attenuation": Known(may_reassure=False, has_concerns=True)},
            id="HU-at-L1-with-no-level-treated:-the-order-names-no-level",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "trabecular ROI, unenhanced"},
                    bodySite={"text": "spine"},
                ),
                order=ordered_augmentation(["L1"]),
            ),
            {"ct-attenuation": Known(may_reassure=False, has_concerns=True)},
            id="HU-at-spine-with-L1-treated:-no-vertebra",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={
                        "text": (
                            "trabecular ROI, unenhanced, vertebra adjacent to the"
                            " fractured L1"
                        )
                    },
                ),
                order=ordered_augmentation(["L1"]),
            ),
            {"ct-attenuation": Known(may_reassure=True)},
            id="words-may-say-that-it-is-beside-the-fracture",
        ),
        pytest.param(
            on_record(
                observation(
                    coded(
                        "ct-attenuation",
                        system=MEASURES,
                        display="CT attenuation, trabecular, adjacent vertebra",
                    ),
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "ROI in spongy bone, trabecular, unenhanced"},
                ),
                order=ordered_augmentation(["L1"]),
            ),
            {"ct-attenuation": Known(may_reassure=True)},
            id="the-code-may-say-that-it-is-beside-the-fracture",
        ),
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    method={"text": "trabecular ROI, unenhanced"},
                    note=[{"text": "Fracture of L1. HU of L2."}],
                ),
                order=ordered_augmentation(["L1"]),
            ),
            {"ct-attenuation": Known(site="L2", may_reassure=True)},
            id="a-note-about-the-fracture-does-not-say-where-it-was-measured",
        ),
        pytest.param(
            on_record(
                observation(
                    coded(
                        "ct-attenuation",
                        system=MEASURES,
                        text="CT attenuation of trabecular bone, unenhanced",
                        display="CT attenuation of trabecular bone, unenhanced",
                    ),
                    value=84,
                    unit="[hnsf'U]",
                )
            ),
            {"ct-attenuation": Known(concern="How it was measured is not recorded.")},
            id="what-our-own-code-is-called-says-nothing-of-the-way",
        ),
        pytest.param(
            on_record(
                observation(
                    coded(
                        "ct-attenuation",
                        system=MEASURES,
                        text="CT attenuation of trabecular bone, unenhanced",
                    ),
                    value=84,
                    unit="[hnsf'U]",
                )
            ),
            {"ct-attenuation": Known(without="How it was measured is not recorded.")},
            id="words-beside-it-do",
        ),
        # 16 x (1 - 20/100), 16 / 12
        pytest.param(
            on_record(
                measure(
                    "psoas-total-area",
                    value=16,
                    unit="cm2",
                    method={"text": "MRI T2 L4"},
                ),
                measure(
                    "psoas-fat-fraction",
                    value=20,
                    unit="%",
                    method={"text": "MRI T2 L4"},
                ),
                measure(
                    "l4-vertebral-area",
                    value=12,
                    unit="cm2",
                    method={"text": "MRI T2 L4"},
                ),
                order=ordered_augmentation([]),
            ),
            {
                "psoas-muscle-area": Known(12.8, may_reassure=True),
                "plvi": Known(1.3333333333, may_reassure=True),
            },
            id='shares-of-a-psoas-measured-"MRI-T2-L4"-may-reassure',
        ),
        # 16 x (1 - 20/100), 16 / 12
        pytest.param(
            on_record(
                measure(
                    "psoas-total-area", value=16, unit="cm2", method={"text": "by hand"}
                ),
                measure(
                    "psoas-fat-fraction", value=20, unit="%", method={"text": "by hand"}
                ),
                measure(
                    "l4-vertebral-area",
                    value=12,
                    unit="cm2",
                    method={"text": "by hand"},
                ),
                order=ordered_augmentation([]),
            ),
            {
                "psoas-muscle-area": Known(12.8, may_reassure=False),
                "plvi": Known(1.3333333333, may_reassure=False),
            },
            id='shares-of-a-psoas-measured-"by-hand"-do-not-reassure',
        ),
        # 28 x 0.8
        pytest.param(
            on_record(
                measure(
                    "psoas-total-area", value=28, unit="cm2", method={"text": "CT"}
                ),
                measure("psoas-fat-fraction", value=20, unit="%"),
                order=ordered_augmentation([]),
            ),
            {
                "psoas-muscle-area": Missing(
                    "other-method", value=22.4, detail="CT where the study used MRI"
                )
            },
            id="psoas-on-CT-makes-what-is-computed-of-it-a-gap-for-the-same-reason",
        ),
        pytest.param(
            on_record(
                measure(
                    "psoas-total-area",
                    value=7.2,
                    unit="cm2",
                    bodySite={"text": "Left psoas"},
                )
            ),
            {"psoas-total-area": Missing("no-value")},
            id="the-value-of-one-side-is-not-that-of-both:-psoas-total-area",
        ),
        pytest.param(
            on_record(
                measure(
                    "psoas-total-area",
                    value=7.2,
                    unit="cm2",
                    bodySite={"text": "Right and left psoas"},
                )
            ),
            {"psoas-total-area": Known(7.2)},
            id="a-value-of-both-sides-is:-psoas-total-area",
        ),
        pytest.param(
            on_record(
                measure(
                    "psoas-muscle-area",
                    value=7.2,
                    unit="cm2",
                    bodySite={"text": "Left psoas"},
                )
            ),
            {"psoas-muscle-area": Missing("no-value")},
            id="the-value-of-one-side-is-not-that-of-both:-psoas-muscle-area",
        ),
        pytest.param(
            on_record(
                measure(
                    "psoas-muscle-area",
                    value=7.2,
                    unit="cm2",
                    bodySite={"text": "Right and left psoas"},
                )
            ),
            {"psoas-muscle-area": Known(7.2)},
            id="a-value-of-both-sides-is:-psoas-muscle-area",
        ),
        pytest.param(
            on_record(
                measure("plvi", value=0.4, unit="1", bodySite={"text": "Left psoas"})
            ),
            {"plvi": Missing("no-value")},
            id="the-value-of-one-side-is-not-that-of-both:-plvi",
        ),
        pytest.param(
            on_record(
                measure(
                    "plvi",
                    value=0.4,
                    unit="1",
                    bodySite={"text": "Right and left psoas"},
                )
            ),
            {"plvi": Known(0.4)},
            id="a-value-of-both-sides-is:-plvi",
        ),
        pytest.param(
            on_record(measure("local-kyphosis", value=12, unit="deg", method=None)),
            {
                "local-kyphosis": Known(
                    concerns=["How it was measured is not recorded."]
                )
            },
            id="a-measure-of-an-image-without-a-method",
        ),
        pytest.param(
            on_record(
                measure(
                    "local-kyphosis",
                    value=12,
                    unit="deg",
                    method={"text": "radiograph"},
                )
            ),
            {"local-kyphosis": Known(concerns=[])},
            id="a-measure-of-an-image-with-one",
        ),
        pytest.param(
            on_record(
                measure(
                    "local-kyphosis",
                    value=12,
                    unit="deg",
                    method=None,
                    device={"display": "scanner"},
                )
            ),
            {
                "local-kyphosis": Known(
                    concerns=["How it was measured is not recorded."]
                )
            },
            id="a-measure-of-an-image-with-a-device-alone",
        ),
        pytest.param(
            on_record(
                measure(
                    "local-kyphosis",
                    value=12,
                    unit="deg",
                    method=None,
                    performer=[{"display": "radiology"}],
                )
            ),
            {
                "local-kyphosis": Known(
                    concerns=["How it was measured is not recorded."]
                )
            },
            id="a-measure-of-an-image-with-a-performer-alone",
        ),
        pytest.param(
            on_record(
                measure("local-kyphosis-post", value=12, unit="deg"),
                measure("local-kyphosis-post", valueBoolean=True),
            ),
            {"local-kyphosis-post": Missing(detail="known only after surgery")},
            id="what-is-known-only-after-surgery-is-never-read:-local-kyphosis-post",
        ),
        pytest.param(
            on_record(
                measure("cement-diffused", value=12, unit="deg"),
                measure("cement-diffused", valueBoolean=True),
            ),
            {"cement-diffused": Missing(detail="known only after surgery")},
            id="what-is-known-only-after-surgery-is-never-read:-cement-diffused",
        ),
        pytest.param(
            on_record(),
            {"paraspinal-csa-change": Missing("absent")},
            id="no-value-gives-no-change-of-muscle",
        ),
        pytest.param(
            on_record(
                measure("paraspinal-csa", value=40.0, unit="cm2", on="2026-11-01")
            ),
            {"paraspinal-csa-change": Missing("absent")},
            id="one-value-gives-no-change-of-muscle",
        ),
        pytest.param(
            on_record(
                measure("paraspinal-csa", value=40.0, unit="cm2", on="2026-11-01"),
                measure("paraspinal-csa", value=36.0, unit="cm2", on="2026-11-01"),
            ),
            {"paraspinal-csa-change": Missing("conflicting")},
            id="two-values-of-one-day-gives-no-change-of-muscle",
        ),
        pytest.param(
            on_record(
                measure("paraspinal-csa", value=40.0, unit="cm2", on="2023-03-01"),
                measure("paraspinal-csa", value=36.0, unit="cm2", on="2024-11-01"),
            ),
            {"paraspinal-csa-change": Missing("stale")},
            id="an-old-MRI-gives-no-change-of-muscle",
        ),
    ],
)
def test_what_a_record_says(record, expected):
    check(record.findings(), expected)


@pytest.mark.parametrize(
    ("record", "expected", "passed_over"),
    [
        pytest.param(
            on_record(
                measure(
                    "ct-attenuation",
                    value=84,
                    unit="[hnsf'U]",
                    on="2026-11-02",
                    method={"text": "portal venous phase"},
                ),
                measure(
                    "ct-attenuation",
                    value=61,
                    unit="[hnsf'U]",
                    on="2026-10-02",
                    method={"text": "trabecular ROI, unenhanced"},
                ),
            ),
            {"ct-attenuation": Known(61)},
            ["other-method: "],
            id="another-value-is-used-where-the-newest-is-of-another-kind",
        ),
    ],
)
def test_what_is_passed_over(record, expected, passed_over):
    findings = record.findings()
    check(findings, expected)
    lines = [f"{value.reason}: {value.detail}" for value in findings.passed_over]
    for sentence in passed_over:
        assert any(sentence in line for line in lines), lines
