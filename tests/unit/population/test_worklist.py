"""The worklist of a made population beside a list that a person made from the same records."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.chart_builders import (
    DRUGS,
    PATIENT,
    Resource,
    brace,
    days_ago,
    dose,
    drug,
    kyphoplasty,
    of_patient,
    ordered,
    ordered_elsewhere,
    patient,
    problem,
)
from tests.codes import ATC, SCT, codeable
from tests.population_builders import done, whose, worklist, write_export

CHART = (patient(), drug("losartan"), ordered_elsewhere())


def referral(days: int, **members: Any) -> Resource:
    return ordered("bone-treatment", number="referral", days=days, **members)


def visit(
    kind: str,
    days: int,
    status: str,
    words: str = "Osteoporosis clinic",
    **members: Any,
) -> Resource:
    said = {
        "Encounter": {"period": {"start": days_ago(days)}, "type": [{"text": words}]},
        "Appointment": {
            "start": f"{days_ago(days)}T09:00:00Z",
            "serviceType": [{"text": words}],
            "subject": None,
        },
        "Procedure": {"performedDateTime": days_ago(days), "code": {"text": words}},
    }[kind]
    if kind == "Appointment":
        said["participant"] = [
            {"actor": {"reference": who}, "status": "accepted"}
            for who in (f"Patient/{PATIENT}", "Practitioner/1")
        ]
    return of_patient(kind, "visit", status=status, **said | members)


DECLINED = [
    {"actor": {"reference": f"Patient/{PATIENT}"}, "status": "declined"},
    {"actor": {"reference": "Practitioner/1"}, "status": "accepted"},
]


def worn(days: int, end: int | None, **members: Any) -> Resource:
    when = {"start": days_ago(days)} | ({} if end is None else {"end": days_ago(end)})
    return brace(
        **{
            "status": "active",
            "occurrencePeriod": when,
            "authoredOn": days_ago(days),
            **members,
        }
    )


# Reported by the patient: a prescription alone would be no dose.
TAKEN = of_patient(
    "MedicationStatement",
    "taken",
    status="active",
    medicationCodeableConcept=codeable(ATC, DRUGS["alendronate"]),
    effectivePeriod={"start": days_ago(50)},
)


def given(name, days, number="dose"):
    return dose(name, days=days, number=number)


def dead(days):
    return patient() | {"deceasedDateTime": days_ago(days)}


# What the record holds beside the chart, and the reasons for which a nurse would call,
# found by reading.
BY_HAND = {
    name: (more, set(why))
    for name, (more, why) in {
        "untreated": [[done(60)], ["no-bone-treatment"]],
        "treated-in-time": [[done(60), TAKEN], []],
        "prescribed-only": [
            [done(60), drug("alendronate", days=50)],
            ["dose-not-recorded"],
        ],
        "prescribed-before": [
            [done(60), drug("alendronate", days=400)],
            ["dose-not-recorded"],
        ],
        "prescribed-and-referred": [
            [done(60), drug("alendronate", days=50), referral(45)],
            [],
        ],
        "denosumab-ordered-only": [
            [done(60), drug("denosumab", days=50)],
            ["dose-not-recorded"],
        ],
        "zoledronate-given": [[done(60), given("zoledronate", days=40)], []],
        "treatment-stopped": [
            [done(60), drug("alendronate", days=50, status="stopped")],
            ["no-bone-treatment"],
        ],
        "drug-in-error": [
            [done(60), drug("alendronate", days=50, status="entered-in-error")],
            ["no-bone-treatment"],
        ],
        "referred": [[done(60), referral(45)], []],
        "referred-at-the-signing": [[done(60), referral(62, status="completed")], []],
        "referred-years-before": [
            [done(60), referral(800, status="completed")],
            ["no-bone-treatment"],
        ],
        "referral-revoked": [
            [done(60), referral(45, status="revoked")],
            ["no-bone-treatment"],
        ],
        "seen-by-endocrinology": [
            [done(60), referral(45, code=codeable(SCT, code="306278007"))],
            [],
        ],
        "seen-by-endocrinology-alone": [
            [
                done(60),
                visit("Encounter", days=40, status="finished", words="Endocrinology"),
            ],
            ["no-bone-treatment"],
        ],
        "seen-by-endocrinology-for-bone": [
            [
                done(60),
                visit(
                    "Encounter",
                    days=40,
                    status="finished",
                    words="Endocrinology",
                    reasonCode=[{"text": "osteoporosis"}],
                ),
            ],
            [],
        ],
        "seen-on-a-referral-that-says-no-bone": [
            [
                done(120),
                referral(110, code=codeable(SCT, code="306278007")),
                visit(
                    "Encounter",
                    days=100,
                    status="finished",
                    words="Consultation",
                    basedOn=[{"reference": "ServiceRequest/referral"}],
                ),
            ],
            ["referral-without-visit"],
        ],
        "clinic-visited": [
            [done(60), visit("Encounter", days=40, status="finished")],
            [],
        ],
        "clinic-visit-cancelled": [
            [done(60), visit("Encounter", days=40, status="cancelled")],
            ["no-bone-treatment"],
        ],
        "other-visit": [
            [
                done(60),
                visit("Encounter", days=40, status="finished", words="Dermatology"),
            ],
            ["no-bone-treatment"],
        ],
        "clinic-years-before": [
            [done(60), visit("Encounter", days=800, status="finished")],
            ["no-bone-treatment"],
        ],
        "clinic-after-the-day": [
            [done(60), visit("Encounter", days=-5, status="finished")],
            ["no-bone-treatment"],
        ],
        "clinic-booked": [
            [done(60), visit("Appointment", days=-14, status="booked")],
            [],
        ],
        "clinic-declined-by-the-patient": [
            [done(60), visit("Appointment", -14, "booked", participant=DECLINED)],
            ["no-bone-treatment"],
        ],
        "clinic-called-off-by-its-reason": [
            [
                done(60),
                visit("Appointment", -14, "booked", cancelationReason={"text": "ill"}),
            ],
            ["no-bone-treatment"],
        ],
        "clinic-called-off-by-its-comment": [
            [done(60), visit("Appointment", -14, "booked", comment="CANCELLED")],
            ["no-bone-treatment"],
        ],
        "clinic-on-a-waiting-list": [
            [done(60), visit("Appointment", -14, "waitlist")],
            ["no-bone-treatment"],
        ],
        "referral-whose-visit-was-declined": [
            [
                done(210),
                referral(200),
                visit("Appointment", -14, "booked", participant=DECLINED),
            ],
            ["referral-without-visit"],
        ],
        "clinic-missed": [
            [done(60), visit("Appointment", days=14, status="noshow")],
            ["no-bone-treatment"],
        ],
        "referred-as-procedure": [
            [done(60), visit("Procedure", days=50, status="completed")],
            [],
        ],
        "broken-again": [[done(200), done(10, number="again")], ["no-bone-treatment"]],
        "drug-stopped-by-a-newer-version": [
            [
                done(60),
                drug("alendronate", days=50, meta={"versionId": "1"}),
                drug(
                    "alendronate",
                    days=50,
                    meta={"versionId": "2"},
                    status="entered-in-error",
                ),
            ],
            ["no-bone-treatment"],
        ],
        "last-week": [[done(7)], []],
        "thirty-days": [[done(30)], []],
        "thirty-one-days": [[done(31)], ["no-bone-treatment"]],
        "not-done": [[done(60, status="not-done")], []],
        "no-procedure": [[given("denosumab", days=300)], []],
        "denosumab-late": [
            [done(300), given("denosumab", days=250)],
            ["denosumab-overdue"],
        ],
        "denosumab-in-time": [[done(300), given("denosumab", days=150)], []],
        "denosumab-then-zoledronate": [
            [
                done(300),
                given("denosumab", days=250),
                given("zoledronate", days=40, number="next"),
            ],
            [],
        ],
        "denosumab-then-ordered": [
            [done(300), given("denosumab", days=250), drug("alendronate", days=40)],
            ["denosumab-overdue"],
        ],
        "brace-over": [[done(60), TAKEN, worn(60, end=5)], ["brace-beyond-end"]],
        "brace-in-time": [[done(40), TAKEN, worn(40, end=-10)], []],
        "brace-taken-off": [[done(60), TAKEN, worn(60, end=5, status="completed")], []],
        "brace-without-end": [
            [done(90), TAKEN, worn(90, end=None)],
            ["brace-beyond-end"],
        ],
        "brace-without-end-new": [[done(40), TAKEN, worn(40, end=None)], []],
        "dead": [[done(60), dead(3)], []],
    }.items()
}


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    everything = []
    for name, (more, _) in BY_HAND.items():
        own = [
            one
            for one in CHART
            if one["resourceType"]
            not in {raw["resourceType"] for raw in more if raw["id"] == one["id"]}
        ]
        everything += whose(name, [*own, *more])
    return write_export(tmp_path_factory.mktemp("export"), everything)


def test_the_list_is_the_one_made_by_hand(export: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(worklist(export, tmp_path / "list.csv").splitlines()))
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["patient"], set()).add(row["reason"])
        assert all(
            name.split("/")[1].startswith(row["patient"])
            for name in row["resources"].split()
        )
    assert found == {name: reasons for name, (_, reasons) in BY_HAND.items() if reasons}
    said = {(row["patient"], row["reason"]): row for row in rows}
    late = said["denosumab-late", "denosumab-overdue"]
    assert (late["since"], late["resources"]) == (
        days_ago(250),
        "MedicationAdministration/denosumab-late-dose",
    )
    prescribed = said["prescribed-only", "dose-not-recorded"]["text"]
    assert (
        "; alendronate prescribed Oct 2026, intake not recorded, and no referral for"
        " bone treatment on record." in prescribed
    )
    assert "last recorded on" in said["treatment-stopped", "no-bone-treatment"]["text"]
    again = said["broken-again", "no-bone-treatment"]
    assert again["since"] == days_ago(200)
    assert "augmented again" in again["text"]
    assert said["brace-over", "brace-beyond-end"]["since"] == days_ago(5)
    # eight weeks from its start
    assert said["brace-without-end", "brace-beyond-end"]["since"] == days_ago(90 - 56)


def handed(days: int) -> Resource:
    return of_patient(
        "MedicationDispense",
        "handed",
        status="completed",
        medicationCodeableConcept=codeable(ATC, DRUGS["alendronate"]),
        whenHandedOver=days_ago(days),
        daysSupply={"value": 84, "code": "d", "system": "http://unitsofmeasure.org"},
    )


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        pytest.param([done(90), referral(85)], set(), id="90-days"),
        pytest.param(
            [done(91), referral(85)], {"referral-without-visit"}, id="91-days"
        ),
        pytest.param(
            [done(91), referral(85, status="completed")],
            {"referral-without-visit"},
            id="completed-is-no-visit",
        ),
        pytest.param(
            [done(91), referral(85), visit("Encounter", 40, "finished")],
            set(),
            id="visited",
        ),
        pytest.param(
            [done(91), referral(85), visit("Appointment", 40, "booked")],
            {"referral-without-visit"},
            id="booked-and-past",
        ),
        pytest.param(
            [done(91), referral(85), visit("Appointment", -10, "booked")],
            set(),
            id="booked-to-come",
        ),
        pytest.param(
            [done(91), referral(85), drug("alendronate", days=80)],
            {"referral-without-visit"},
            id="prescribed-and-referred",
        ),
        pytest.param([done(91), referral(85), TAKEN], set(), id="treated"),
        pytest.param(
            [done(60), drug("alendronate", days=50), handed(50)], set(), id="fetched"
        ),
    ],
)
def test_a_referral_has_to_lead_to_a_visit(
    more: list[Resource], reasons: set[str], tmp_path: Path
) -> None:
    export = write_export(tmp_path / "export", whose("one", [*CHART, *more]))
    rows = csv.DictReader(worklist(export, tmp_path / "list.csv").splitlines())
    assert {row["reason"] for row in rows} == reasons


@pytest.mark.parametrize("days", [2, 85])
def test_the_wait_for_a_visit_is_counted_from_the_augmentation(
    days: int, tmp_path: Path
) -> None:
    record = [*CHART, done(91), referral(days)]
    export = write_export(tmp_path / "export", whose("one", record))
    (row,) = csv.DictReader(worklist(export, tmp_path / "list.csv").splitlines())
    assert row["since"] == days_ago(91)
    waited = (
        "a referral on record, but no visit, more than 90 days after the augmentation"
    )
    assert waited in row["text"]


WAITING = {
    "untreated": [done(60)],
    "without-visit": [done(91), referral(85)],
    "denosumab-late": [done(60), given("denosumab", days=250)],
    "denosumab-late-and-no-day": [
        done(60, performedDateTime=None),
        given("denosumab", days=250),
    ],
    "brace-over": [done(60), TAKEN, worn(60, 5)],
}


@pytest.mark.parametrize("record", WAITING.values(), ids=WAITING)
def test_nobody_in_a_hospice_is_listed_to_be_called(
    record: list[Resource], tmp_path: Path
) -> None:
    everything = [
        *whose("at-home", [*CHART, *record]),
        *whose("hospice", [*CHART, *record, problem("Z51.5", days=19)]),
    ]
    export = write_export(tmp_path / "export", everything)
    rows = csv.DictReader(worklist(export, tmp_path / "list.csv").splitlines())
    assert [row["patient"] for row in rows] == ["at-home"]


@pytest.mark.parametrize("record", WAITING.values(), ids=WAITING)
def test_a_hospice_that_is_not_excluded_is_named(
    record: list[Resource], tmp_path: Path
) -> None:
    hospice = problem("Z51.5", days=400)
    export = write_export(tmp_path / "export", whose("one", [*CHART, *record, hospice]))
    (row,) = csv.DictReader(worklist(export, tmp_path / "list.csv").splitlines())
    assert row["text"].endswith("; end-of-life care not excluded.")


def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    record = [
        raw for raw in (*CHART, done(60)) if raw["resourceType"] != "MedicationRequest"
    ]
    export = write_export(tmp_path / "export", whose("unknown", record))
    (row,) = csv.DictReader(worklist(export, tmp_path / "list.csv").splitlines())
    assert "medication list could not be read" in row["text"]
    assert "referrals could not be read" in row["text"]


@pytest.mark.parametrize(
    "medicine",
    [
        pytest.param(
            {"medicationReference": {"reference": "Medication/gone"}}, id="not-exported"
        ),
        pytest.param({"medicationCodeableConcept": {"text": "Zzyx 5"}}, id="not-known"),
    ],
)
def test_a_drug_that_is_not_known_is_not_called_none(
    medicine: Resource, tmp_path: Path
) -> None:
    said = {"status": "completed", "effectiveDateTime": days_ago(20), **medicine}
    unknown = of_patient("MedicationAdministration", "given", **said)
    other = ordered("physiotherapy", number="physio", days=50)
    record = [*CHART, done(60), other, unknown]
    export = write_export(tmp_path / "export", whose("unknown", record))
    (row,) = csv.DictReader(worklist(export, tmp_path / "list.csv").splitlines())
    assert "no current bone drug" not in row["text"]
    assert "if a bone drug is taken is not known" in row["text"]
    assert "drugs that we do not know" in row["text"]


def test_a_later_dose_of_an_unknown_drug_is_named_beside_overdue_denosumab(
    tmp_path: Path,
) -> None:
    medicine = {"medicationReference": {"reference": "Medication/gone"}}
    said = {"status": "completed", "effectiveDateTime": days_ago(40), **medicine}
    unknown = of_patient("MedicationAdministration", "given", **said)
    record = [*CHART, done(300), given("denosumab", days=250), unknown]
    export = write_export(tmp_path / "export", whose("unknown", record))
    (row,) = csv.DictReader(worklist(export, tmp_path / "list.csv").splitlines())
    assert row["reason"] == "denosumab-overdue"
    assert "no other bone drug since." not in row["text"]
    assert "1 medication entry of a drug that could not be read" in row["text"]


@pytest.mark.parametrize(("day", "words"), [("2026-02", "Feb 2026"), ("2025", "2025")])
def test_a_dose_is_dated_as_it_is_recorded(
    tmp_path: Path, day: str, words: str
) -> None:
    dose = given("denosumab", days=250) | {"effectiveDateTime": day}
    export = write_export(tmp_path / "export", whose("one", [*CHART, done(60), dose]))
    (row,) = csv.DictReader(worklist(export, tmp_path / "list.csv").splitlines())
    assert (row["reason"], row["since"]) == ("denosumab-overdue", day)
    assert row["text"].startswith(f"Last denosumab on record {words}, ")


@pytest.mark.parametrize("day", ["2026-09", "2026", None])
def test_an_augmentation_without_a_day_hides_no_lapsed_drug(
    tmp_path: Path, day: str | None
) -> None:
    vague = {**done(60), "performedDateTime": day}
    record = [*CHART, vague, given("denosumab", days=300)]
    export = write_export(tmp_path / "export", whose("one", record))
    (row,) = csv.DictReader(worklist(export, tmp_path / "list.csv").splitlines())
    assert row["reason"] == "denosumab-overdue"
    assert row["text"].endswith("; augmentation, day not recorded.")


def test_a_drug_that_may_be_later_is_no_drug_that_was_not_taken(
    tmp_path: Path,
) -> None:
    late, vague = given("denosumab", days=300), given("alendronate", days=9, number="v")
    vague |= {"effectiveDateTime": "2026"}
    record = [*CHART, done(60), late, vague]
    export = write_export(tmp_path / "export", whose("one", record))
    (row,) = csv.DictReader(worklist(export, tmp_path / "list.csv").splitlines())
    assert row["reason"] == "denosumab-overdue"
    assert "no other bone drug" not in row["text"]
    assert "perhaps alendronate, day not recorded" in row["text"]


def test_a_current_bone_drug_is_found_where_slashes_are_escaped(
    tmp_path: Path,
) -> None:
    by_name = {"medicationReference": {"reference": "Medication/med"}}
    said = {"status": "completed", "effectiveDateTime": days_ago(20), **by_name}
    given = of_patient("MedicationAdministration", "given", **said)
    medicine = {"resourceType": "Medication", "id": "med"}
    medicine["code"] = codeable(ATC, DRUGS["denosumab"])
    record = [*whose("one", [*CHART, done(60), given]), medicine]
    export = write_export(tmp_path / "export", record)
    for file in export.glob("*.ndjson"):
        file.write_text(file.read_text().replace("/", "\\/"))
    assert not list(csv.DictReader(worklist(export, tmp_path / "a.csv").splitlines()))


def test_an_order_is_not_called_done(tmp_path: Path) -> None:
    export = write_export(
        tmp_path / "export",
        whose(
            "ordered",
            [*CHART, {**kyphoplasty(authoredOn=days_ago(60)), "status": "active"}],
        ),
    )
    (row,) = csv.DictReader(worklist(export, tmp_path / "list.csv").splitlines())
    assert row["text"].startswith("Augmentation ordered, not recorded as done: ")


@pytest.mark.parametrize("suffix", [".ndjson", ".json"])
def test_the_list_in_fhir_is_valid_and_the_same(
    export: Path, tmp_path: Path, suffix: str
) -> None:
    text = worklist(export, tmp_path / f"list{suffix}")
    if suffix == ".json":
        bundle = json.loads(text)
        get_fhir_model_class("Bundle").model_validate(bundle)
        resources = [entry["resource"] for entry in bundle["entry"]]
    else:
        resources = [json.loads(line) for line in text.splitlines()]
    for raw in resources:
        get_fhir_model_class(raw["resourceType"]).model_validate(raw)
    tasks = {
        (raw["for"]["reference"], raw["code"]["coding"][0]["code"])
        for raw in resources
        if raw["resourceType"] == "Task"
    }
    members = {
        (member["entity"]["reference"], raw["code"]["coding"][0]["code"])
        for raw in resources
        if raw["resourceType"] == "Group"
        for member in raw.get("member", ())
    }
    by_hand = {
        (f"Patient/{name}", reason)
        for name, (_, reasons) in BY_HAND.items()
        for reason in reasons
    }
    assert tasks == members == by_hand
