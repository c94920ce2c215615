"""`outcomes`: the first procedure, what was known on its day, what came after, and how long the patient was seen."""

import csv
import json
from datetime import date

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.core.months import months_after
from cds_service.population.outcomes.from_export import Followed, follow
from cds_service.population.scoring import Run
from tests.chart_builders import (
    HOOK,
    measured,
    of_patient,
    open_service,
    patient,
    problem,
)
from tests.codes import CPT, SCT, codeable
from tests.population_builders import done, whose, write_export

INDEX = "2023-03-10"
TYPES = frozenset(
    {
        "Patient",
        "Observation",
        "Condition",
        "Procedure",
        "MedicationRequest",
        "ServiceRequest",
    }
)
L1, L3 = "66794005", "36470004"
SITE = codeable(SCT, L3)
PERSON = patient(age=83)  # 80 at the index


def version(number):
    return {"versionId": str(number)}


def augmented(day=INDEX, level=L1, number="index", code="22514", **members):
    site = [codeable(SCT, level)] if level else None
    return done(
        0,
        number,
        performedDateTime=day,
        bodySite=site,
        code=codeable(CPT, code),
        **members,
    )


def fracture(code, onset=None, recorded=None, number="fracture", **more):
    return problem(
        code, number=number, onsetDateTime=onset, recordedDate=recorded, **more
    )


def t_score(value, day, number, **more):
    return measured("bmd-t-score", value, number=number, effectiveDateTime=day, **more)


def pain(value, day):
    return measured("pain-score", value, effectiveDateTime=day)


def seen(day):
    return of_patient(
        "Encounter",
        f"visit-{day}",
        status="finished",
        period={"start": day, "end": day},
    )


def followed(*resources, as_of="2026-11-01", **person):
    run = Run(
        service=open_service(),
        hook=open_service().hooks[HOOK],
        as_of=date.fromisoformat(as_of),
        exported=TYPES,
    )
    return follow(
        "pat-1",
        [json.dumps(one).encode() for one in ({**PERSON, **person}, *resources)],
        run,
    )


LATE = seen("2025-06-01")
SURE = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
SUSPECTED, IN_ERROR = codeable(SURE, "provisional"), codeable(SURE, "entered-in-error")
SURENESS = "http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit"
PAST = {"url": SURENESS, "valueCoding": {"code": "Z"}}


RECORD = {
    "LATE": LATE,
    "SUSPECTED": SUSPECTED,
    "IN_ERROR": IN_ERROR,
    "PAST": PAST,
    "L1": L1,
    "L3": L3,
}
RECORD |= {one.__name__: one for one in (fracture, augmented, seen, pain, version)}


@pytest.mark.parametrize(
    ("resources", "refracture", "said"),
    [
        *[
            ([LATE], False, ""),
            # the treated one
            (
                [fracture("M80.08XA", onset="2023-03-01", recorded="2023-03-02"), LATE],
                False,
                "",
            ),
            ([fracture("S32.030A", onset="2023-09-01"), LATE], True, "another level"),
            (
                [fracture("M84.48XA", onset="2023-09-01", bodySite=[SITE]), LATE],
                True,
                "another level",
            ),
            (
                [fracture("S32.030A", recorded="2023-03-20"), LATE],
                False,
                "may be of the first fracture",
            ),
            ([fracture("S32.030A", onset="2023-03-20"), LATE], True, "another level"),
            (
                [fracture("S32.010D", recorded="2023-11-01"), LATE],
                False,
                "coded as follow-up",
            ),
            (
                [fracture("S32.010A", recorded="2023-05-01"), LATE],
                False,
                "taken as the treated fracture",
            ),
            (
                [fracture("M80.08XA", recorded="2023-11-01"), LATE],
                True,
                "no level stated, more than half a year later",
            ),
            (
                [fracture("M80.08XD", recorded="2023-11-01"), LATE],
                False,
                "coded as follow-up",
            ),
            # after the twelve months
            ([fracture("S32.030A", onset="2024-09-01"), LATE], False, "another level"),
            # this level was broken before
            (
                [
                    fracture("S32.030A", onset="2022-01-01", number="old"),
                    fracture("S32.030A", onset="2023-05-01"),
                    LATE,
                ],
                False,
                "taken as the treated fracture",
            ),
            # the year of both
            (
                [fracture("S32.030A", onset="2023", recorded="2023-09-01"), LATE],
                True,
                "2023-09-01",
            ),
            (
                [fracture("S32.030A", onset="2023", recorded="2023-03-01"), LATE],
                False,
                "",
            ),
            (
                [fracture("S32.030A", onset="2023-03", recorded="2023-03-20"), LATE],
                False,
                "may be of the first fracture",
            ),
            # an old one, noticed late
            (
                [fracture("M80.08XA", onset="2019", recorded="2023-11-01"), LATE],
                False,
                "",
            ),
            (
                [
                    fracture(
                        "S32.030A", onset="2023-09-01", verificationStatus=SUSPECTED
                    ),
                    LATE,
                ],
                False,
                "suspected",
            ),
            (
                [fracture("S32.030A", recorded="2023-11-01", extension=[PAST]), LATE],
                False,
                "recorded as past",
            ),
            (
                [augmented("2023-08-01", level=L3, number="second"), LATE],
                True,
                "augmentation of another level",
            ),
            (
                [augmented("2023-03-24", level=L3, number="second"), LATE],
                False,
                "within 30 days, may be planned",
            ),
            (
                [augmented("2023-08-01", level=L1, number="second"), LATE],
                False,
                "the same level again",
            ),
            (
                [augmented("2023-03-20", level=None, number="second"), LATE],
                False,
                "no level stated",
            ),
            (
                [
                    fracture(
                        "S32.030A", onset="2023-09-01", verificationStatus=IN_ERROR
                    ),
                    LATE,
                ],
                False,
                "",
            ),
            ([seen("2023-09-01")], None, ""),
            # seen no longer, but it happened
            ([fracture("S32.030A", onset="2023-05-01")], True, "another level"),
        ],
        (
            [
                seen("2023-09-01"),
                {**LATE, "status": "cancelled"},
                {**LATE, "id": "n", "status": "planned"},
            ],
            None,
            "",
        ),
    ],
)
def test_a_later_fracture_counts_by_level_and_day(resources, refracture, said):
    found = followed(augmented(), *resources)
    assert isinstance(found, Followed)
    assert found.refracture(12) is refracture
    assert said in "; ".join(map(str, found.events))


def test_a_time_seen_ends_on_the_same_day_of_the_month_or_its_last():
    assert months_after(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_after(date(2023, 12, 31), 24) == date(2025, 12, 31)


def test_what_came_later_was_not_known_on_the_day():
    """A value of the next day, one written down later, a problem solved since, and the death of the patient."""
    solved = problem(
        "diabetes",
        status="resolved",
        recordedDate=None,
        onsetDateTime="2015-01-01",
        abatementDateTime="2024-01-01",
    )
    found = followed(
        augmented(),
        t_score(-2.4, "2022-12-01", "then", meta=version(10)),
        t_score(-4.4, "2022-12-01", "then", meta=version(9)),
        t_score(-3.9, "2023-03-11", "after"),
        t_score(-3.5, "2023-02-01", "late", issued="2023-05-01T08:00:00Z"),
        solved,
        LATE,
        deceasedDateTime="2025-07-01",
    )
    known = found.findings.known
    assert (known["bmd-t-score"].value, known["age"].value) == (-2.4, 80)
    assert (
        known["diabetes"].value,
        known["tl-junction"].value,
        known["procedure"].value,
    ) == (True, True, "PKP")
    assert not {"deceased", "prior-augmentation"} & {
        name for name, one in known.items() if one.value is True
    }
    assert (found.died, found.last_contact, found.refracture(12)) == (
        date(2025, 7, 1),
        date(2025, 6, 1),
        False,
    )


def test_death_ends_the_time_seen():
    found = followed(augmented(), seen("2024-06-01"), deceasedDateTime="2023-08-01")
    assert (found.last_contact, found.is_dead, found.refracture(12)) == (
        date(2023, 8, 1),
        True,
        False,
    )


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([pain(5, day="2024-03-20")], True),
        ([pain(3, day="2024-02-10")], False),
        ([pain(5, day="2023-10-01")], None),
        ([pain(5, day="2024-06-01")], None),
        # pain of a new fracture
        ([pain(5, day="2024-03-20"), fracture("S32.030A", onset="2023-09-01")], None),
    ],
)
def test_pain_at_twelve_months(resources, expected):
    assert followed(augmented(), *resources, LATE).residual_pain is expected


@pytest.mark.parametrize(
    ("resources", "why"),
    [
        ([], ""),
        ([augmented("2023-03-10", status="entered-in-error")], ""),
        (
            [
                augmented("2023-03-10", meta=version(2), status="entered-in-error"),
                augmented("2023-03-10", meta=version(1)),
            ],
            "",
        ),
        (
            [augmented("2027-01-01")],
            "an augmentation without a day, or after the run's",
        ),
        ([augmented("2023")], "an augmentation without a day, or after the run's"),
    ],
)
def test_no_row_without_a_procedure_on_a_day(resources, why):
    assert followed(*resources, LATE) == why


def test_the_command_writes_a_file_that_validate_reads_and_does_not_refit_unconfirmed(
    tmp_path,
):
    everyone = []
    for number in range(40):
        person = [
            PERSON,
            augmented(),
            t_score(-2 - number / 20, "2022-12-01", "t"),
            LATE,
        ]
        person += [fracture("S32.030A", onset="2023-09-01")] if number % 3 == 0 else []
        everyone += whose(f"p{number:02}", person)
    everyone += whose("other", [PERSON, LATE])
    export = write_export(tmp_path / "export", everyone)
    broken = export / "Condition.ndjson"
    broken.write_text(
        broken.read_text(encoding="utf-8") + "{broken\n", encoding="utf-8"
    )
    out = tmp_path / "outcomes.csv"
    result = CliRunner().invoke(
        main, ["outcomes", str(export), "--out", str(out), "--as-of", "2026-11-01"]
    )
    assert result.exit_code == 0, result.output
    assert "41 patients, 40 with a kyphoplasty" in result.stderr
    assert "14 yes, 26 no, 0 not known" in result.stderr
    assert "Condition.ndjson:15:" in result.stderr
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert [row["id"] for row in rows] == [f"p{number:02}" for number in range(40)]
    assert (
        rows[0]["outcome-refracture"],
        rows[0]["bmd-t-score"],
        rows[0]["confirmed"],
    ) == ("1", "-2", "")
    assert "Condition/p00-fracture L3: another level" in rows[0]["event"]
    assert "bmd-t-score=Observation/p00-t" in rows[0]["resources"]
    found = json.loads(
        CliRunner().invoke(main, ["validate", str(out), "--json"]).stdout
    )["models"]
    assert (
        found["sarcopenia-pvm-2022"]["n"],
        found["sarcopenia-pvm-2022"]["events"],
    ) == (40, 14)
    assert not any(
        "not known and not used" in note
        for note in found["sarcopenia-pvm-2022"]["notes"]
    )
    refused = CliRunner().invoke(
        main, ["validate", str(out), "--refit", str(tmp_path / "r.toml")]
    )
    assert (
        refused.exit_code,
        "40 rows with an outcome are not confirmed" in refused.output,
    ) == (1, True)


def test_the_file_says_what_was_done_after_the_procedure(tmp_path):
    """Days as a person reads them; an order and a dose have columns of their own."""
    medicine = codeable("http://www.whocc.no/atc", "M05BA04")
    order = of_patient(
        "MedicationRequest",
        "order",
        status="active",
        intent="order",
        medicationCodeableConcept=medicine,
        authoredOn="2023-03-20",
    )
    handed = of_patient(
        "MedicationDispense",
        "handed",
        status="completed",
        medicationCodeableConcept=medicine,
        whenHandedOver="2023-04-02",
    )
    clinic = of_patient(
        "Encounter",
        "clinic",
        status="finished",
        type=[{"text": "Osteoporosis clinic"}],
        period={"start": "2023-05-04"},
    )
    whole = [PERSON, augmented(), order, handed, clinic]
    export = write_export(tmp_path / "export", whose("one", whole))
    result = CliRunner().invoke(main, ["outcomes", str(export)])
    assert result.exit_code == 0, result.output
    (row,) = csv.DictReader(result.stdout.splitlines())
    steps = ("referral", "visit", "drug-ordered", "drug-started", "brace-ended")
    days = ["", "2023-05-04", "2023-03-20", "2023-04-02", ""]
    assert [row[step] for step in steps] == days
