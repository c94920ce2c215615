"""One patient of an export is told what a live order would have been told, by what the record held on that day."""

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from cds_service.fhir.references import bases_of
from cds_service.population.bulk import ASIDE, take_line
from cds_service.population.job import Job
from cds_service.population.scoring import DECEASED, NO_PROCEDURE, Run, look_for, score
from cds_service.samples import load_samples
from tests.chart_builders import (
    PATIENT,
    TODAY,
    Resource,
    application,
    days_ago,
    drug,
    kyphoplasty,
    measured,
    open_service,
    order_sign,
    patient,
    problem,
    quiet_lists,
)
from tests.codes import codeable
from tests.patients.typical import typical_orders
from tests.population_builders import done

TYPES = frozenset(
    one.resource_type
    for one in open_service().hooks["kyphoplasty-order-sign"].plan.templates
)


def run(**options: Any) -> Run:
    return Job(files=(), as_of=TODAY, **options).run(TYPES, open_service())


def scored(resources: Any, given: Run | None = None, whose: str = PATIENT) -> list[Any]:
    lines = [json.dumps(one).encode() for one in resources]
    found = json.loads(score(whose, lines, given or run()).line)
    assert list(found) == ["assessments", "patient"]
    assert found["patient"] == whose
    return found["assessments"]


def live(record: Any, *drafts: Resource) -> list[Any]:
    """As the log holds them: with nothing open there is no card."""
    desk = application(open_service())
    desk.log.entries.clear()
    desk.post(order_sign(record, *drafts))
    (entry,) = [one for one in desk.log.entries if one.kind == "answer"]
    return json.loads(json.dumps(entry.content["assessments"]))


def figures(
    assessments: list[Any], model: str = "sarcopenia-pvm-2022"
) -> dict[str, Any]:
    return next(
        one
        for each in assessments
        for one in each.get("models", ())
        if one["model"] == model
    )


def test_the_same_order_live_and_in_an_export_is_told_the_same() -> None:
    shuffled = random.Random(1)
    for number, signing in enumerate(typical_orders(40, seed=3)):
        drafts = [
            one for one in signing.drafts if one["resourceType"] != "MedicationRequest"
        ]
        record = (
            [patient(), *signing.record]
            if signing.record[0]["resourceType"] != "Patient"
            else [*signing.record]
        )
        said = live(record, *drafts)
        lines = [*record, *drafts]
        shuffled.shuffle(lines)
        assert scored(lines) == said, number


def test_sample_patients_of_one_export_do_not_mix() -> None:
    samples = [one for one in load_samples(TODAY) if not one.needs_site]
    everything = [raw for one in samples for raw in one.resources]
    for sample in samples:
        orders = [entry["resource"] for entry in sample.draft_orders["entry"]]
        alone = scored([*sample.resources, *orders], whose=sample.id)
        assert scored([*everything, *orders], whose=sample.id) == alone


# Evidence page, "Figures for tests": T -3.0 and the thoracolumbar junction known.
BONE = (patient(), *quiet_lists(), measured("bmd-t-score", -3.0, days=40))


@pytest.mark.parametrize(
    "procedure",
    [
        kyphoplasty(),
        done(10),
        kyphoplasty(status="completed"),
        done(10, status="in-progress"),
    ],
)
def test_the_figure_is_that_of_the_evidence_page(procedure: Resource) -> None:
    found = figures(scored([*BONE, procedure]))
    names = {one["name"] for one in found["inputs"]}
    assert {"bmd-t-score", "tl-junction", "diabetes"} <= names
    found = figures(
        scored([*BONE, procedure], replace(run(), exported=TYPES - {"Condition"}))
    )
    assert found["risk"] == pytest.approx(0.667, abs=0.01)
    assert found["inputsKnown"] == pytest.approx(0.72, abs=0.01)
    # its list was not exported
    assert "diabetes" in {one["name"] for one in found["missing"]}


def test_the_pooled_figure_leads_and_says_what_a_card_would() -> None:
    """Woman 76, BMI 26, T -2.6, one level: 0.1329 (pooled-examples.json)."""
    values = [measured("bmd-t-score", -2.6, days=40), measured("bmi", 26, days=40)]
    record = [patient(), *quiet_lists(), *values, kyphoplasty()]
    found = figures(scored(record), "pooled-2026")
    assert found["risk"] == pytest.approx(0.1329, abs=0.002)


def test_a_fact_that_the_model_does_not_count_makes_it_a_lower_limit() -> None:
    refracture, _ = scored([*BONE, problem("R29.6", days=60), kyphoplasty()])
    assert refracture["said"]["atLeast"] is True
    assert "at least" in refracture["said"]["words"]


def test_what_takes_a_fracture_out_of_the_studies_does_so_in_an_export() -> None:
    # a collision, myeloma, discitis, cauda equina
    for code in ("V43.52XA", "C90.00", "M46.46", "G83.4"):
        found = scored([*BONE, kyphoplasty(), problem(code, days=20)])
        assert [one["status"] for one in found] == ["not-applicable"] * 2


def test_a_past_procedure_is_judged_by_what_was_known_on_its_day() -> None:
    later = [
        measured("bmd-t-score", -1.0, number="later", days=100),
        measured("grip-strength", 9, days=100),
    ]
    old = [
        measured("bmd-t-score", -3.0, days=760),
        measured("bmi", 19.6, days=760),
        problem("diabetes", days=50),
    ]
    found = figures(
        scored([patient(), problem("hypertension"), *old, *later, done(730)])
    )
    assert {one["name"]: one["value"] for one in found["inputs"]} == {
        "bmd-t-score": -3.0,
        "bmi": 19.6,
        "diabetes": False,
        "tl-junction": True,
    }
    # 30 days, on that day
    assert not any("old" in concern for concern in found["concerns"])


def test_the_newest_procedure_counts_with_all_its_lines_and_its_order() -> None:
    order = kyphoplasty(
        "T12", number="order", status="completed", authoredOn=days_ago(25)
    )
    plain = done(20, bodySite=None, basedOn=[{"reference": "ServiceRequest/order"}])
    found = scored([*BONE, done(900, "first"), order, plain])
    names = {one["name"]: one["value"] for one in figures(found)["inputs"]}
    assert names["tl-junction"] is True
    # the one 900 days ago
    assert "only first fractures were studied" in json.dumps(figures(found)["concerns"])
    assert scored([*BONE, done(20)]) != found


def test_a_procedure_for_all_is_judged_on_the_day_of_the_run() -> None:
    said = live(BONE, kyphoplasty())
    for options in ({"procedure": "22514"}, {}):
        found = scored(BONE, run(levels=("L1",), **options))
        renamed = json.dumps(found).replace(
            "ServiceRequest/for-all", "ServiceRequest/kypho"
        )
        assert json.loads(renamed) == said


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ((), NO_PROCEDURE),
        ((done(10, status="entered-in-error"),), NO_PROCEDURE),
        ((done(-10),), NO_PROCEDURE),  # after the day of the run
        ((kyphoplasty(intent="proposal"),), NO_PROCEDURE),
        ((kyphoplasty(subject={"reference": "Patient/other"}),), NO_PROCEDURE),
        ((kyphoplasty(), {**patient(), "deceasedBoolean": True}), DECEASED),
        (
            (kyphoplasty(), {**patient(), "active": False}),
            "The Patient is not in use any more (active = false).",
        ),
    ],
)
def test_without_a_procedure_or_a_patient_there_is_no_figure_and_the_line_says_why(
    more: Any, why: str
) -> None:
    of_their_own = any(one["resourceType"] == "Patient" for one in more)
    for outcome in scored([*(BONE[1:] if of_their_own else BONE), *more]):
        assert outcome["status"] == "not-applicable"
        assert outcome["concerns"] == [why]
        assert "models" not in outcome


def test_another_persons_resource_counts_neither_as_value_nor_as_procedure() -> None:
    foreign = [
        measured("bmi", 17, subject={"reference": "Patient/other"}),
        measured("bmi", 17, number="b", patient={"reference": "Patient/other"}),
    ]
    here = replace(run(), bases=bases_of(["https://ehr.example.org/fhir"]))
    own = scored([*BONE, kyphoplasty()], here)
    assert scored([*BONE, kyphoplasty(), *foreign], here) == own
    elsewhere = measured(
        "bmi", 17, subject={"reference": "https://other.example.org/fhir/Patient/pat-1"}
    )
    # it may be theirs all the same
    unclear = figures(scored([*BONE, kyphoplasty(), elsewhere], here))
    assert unclear["inputs"] == figures(own)["inputs"]
    assert (
        "T-score: The record was read incompletely; a newer value may exist."
        in unclear["concerns"]
    )


def test_the_newest_version_counts_in_exports_that_were_joined() -> None:
    def version(number: int, raw: Resource) -> Resource:
        return {
            **raw,
            "meta": {
                "versionId": str(number),
                "lastUpdated": f"{days_ago(40 - number)}T10:00:00Z",
            },
        }

    wrong = measured("bmd-t-score", -1.0, days=40, number=BONE[-1]["id"])
    newest = [version(2, one) for one in (*BONE, done(10))]
    older = [
        version(1, wrong),
        version(1, done(10, bodySite=None)),
        version(1, {**patient(), "deceasedBoolean": True}),
    ]
    assert scored([*older, *newest]) == scored([*newest, *older]) == scored(newest)
    assert scored(
        [*BONE, version(1, done(10)), version(2, done(10, status="entered-in-error"))]
    ) == scored(BONE)


def test_a_drug_is_known_by_the_medication_it_refers_to() -> None:
    steroid = {
        "resourceType": "Medication",
        "id": "x",
        "code": codeable("http://www.whocc.no/atc", "H02AB06"),
    }
    request = drug(
        "prednisolone",
        medicationCodeableConcept=None,
        medicationReference={"reference": "Medication/x"},
        days=400,
    )
    named = scored([*BONE, kyphoplasty(), request, steroid])
    assert "outside the study population: steroid" in json.dumps(
        named
    ) or "steroid" in json.dumps(figures(named)["concerns"])
    assert named == scored([*BONE, kyphoplasty(), drug("prednisolone", days=400)])


def test_the_look_passes_over_what_no_finding_reads_and_nothing_else() -> None:
    look = look_for(open_service())
    ours, other = (
        measured("bmd-t-score", -3.0),
        measured("bmd-t-score", 1.0, code=codeable("http://loinc.org", "2160-0")),
    )
    panel = {
        **other,
        "component": [{"code": codeable("urn:oid:2.16.840.1.113883.6.1", "38267-1")}],
    }
    lines = {
        name: json.dumps(raw).encode()
        for name, raw in {"ours": ours, "other": other, "panel": panel}.items()
    }
    lines["escaped"] = lines["ours"].replace(b"38267-1", b"3826\\u0037-1")
    lines["condition"] = json.dumps(problem("hypertension")).encode()
    assert {
        name for name, line in lines.items() if take_line(line, look)[1] == ASIDE + line
    } == {"other"}


@pytest.mark.parametrize("own_id", ["t", "another"])
@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"versionId": "0"}, {"versionId": "1"}),
        ({"versionId": "9"}, {"versionId": "10"}),
        (
            {"lastUpdated": "2026-01-01T00:00:00Z"},
            {"lastUpdated": "2026-02-01T00:00:00Z"},
        ),
    ],
)
def test_a_value_whose_newer_version_is_none_of_ours_does_not_count(
    own_id: str, older: Any, newer: Any
) -> None:
    """The newer version is set aside, and counts all the same; one with another id changes nothing."""
    was = measured("bmd-t-score", -3.0, number="t", meta=older)
    now = measured(
        "bmd-t-score",
        1.0,
        number=own_id,
        meta=newer,
        code=codeable("http://loinc.org", "2160-0"),
    )
    everything = [patient(), *quiet_lists(), kyphoplasty(), was, now]
    lines = [
        take_line(json.dumps(one).encode(), look_for(open_service()))[1]
        for one in everything
    ]
    assert lines[-1].startswith(ASIDE)
    found = figures(json.loads(score(PATIENT, lines, run()).line)["assessments"])
    assert ("bmd-t-score" in {one["name"] for one in found["inputs"]}) == (
        own_id == "another"
    )
