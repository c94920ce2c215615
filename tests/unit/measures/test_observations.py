"""What is written is what the service reads back: value, unit, vertebra and way of measuring."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.core.findings import METHOD_NOT_RECORDED, Finding
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.loading import load_measures_in_force, mapping_folders
from cds_service.measures.observations import (
    Writer,
    Written,
    read_back,
    site_codes,
    without_rivals,
)
from cds_service.measures.values import Note, NotTaken, Remark
from tests.builders import record_of
from tests.measured_elsewhere import DAY, middle, reported

MEASURES = load_measures_in_force()
READ = {name: one for name, one in MEASURES.items() if not one.finding.after_surgery}
TERMINOLOGY = Terminology(*mapping_folders())
WRITER = Writer("p1", TERMINOLOGY, site_codes(mapping_folders()))
WAYS = (
    "",
    "trabecular ROI, axial, unenhanced CT",
    "MRI T2, one axial slice",
    "DXA",
    "as the ward does it",
    "PACS",
)
# What each note of ours may name.
DETAILS = {
    Note.NOT_VERIFIED: [""],
    Note.NOT_RECORDED: ["the way of measuring, the vertebra, the tool", "the tool"],
    Note.OF_ONE_SLICE: ["5", "1.25", "0.625", "5.00000"],
}


@st.composite
def values(draw):
    """Any value of any measure, in any unit that is read, at any level."""
    measure = READ[draw(st.sampled_from(sorted(READ)))]
    members = {
        "method": draw(st.sampled_from(WAYS)),
        "device": draw(st.sampled_from(("", "Viewer 7.1"))),
    }
    if measure.is_boolean:
        return reported(measure, answer=draw(st.booleans()), **members)
    finding = measure.finding
    low, high = finding.range
    number = Decimal(
        str(draw(st.floats(low, high, allow_nan=False).map(lambda one: round(one, 3))))
    )
    if measure.level_is_free:
        members["levels"] = draw(st.sampled_from((("T12",), ("L1",), ("L4",), ())))
    unit = draw(
        st.sampled_from([one for one in finding.accept_units if one] or [finding.unit])
    )
    back = {(unit, finding.unit): 1.0, **TERMINOLOGY.units.factors}.get(
        (unit, finding.unit)
    )
    times = Decimal(str(getattr(back, "times", back)))
    return reported(
        measure, number=number / times, unit=unit, day=date(2026, 5, 1), **members
    )


@given(values())
def test_what_is_written_is_read_back(value):
    written = WRITER.write(value)
    # a method of something else, or a value at the very end of what is plausible
    if isinstance(written, NotTaken):
        assert written.why
        return
    finding = value.measure.finding
    known = read_back(value.measure, written.observation, TERMINOLOGY, DAY)
    assert isinstance(known, Finding)
    if value.measure.is_boolean:
        assert known.value is value.answer
        return
    factor = TERMINOLOGY.units.convert(1.0, value.unit or finding.unit, finding.unit)
    assert known.unit == finding.unit
    assert known.value == pytest.approx(float(value.number) * (factor or 1), abs=1e-6)
    if value.measure.level_is_free and value.levels:
        assert known.site == ", ".join(value.levels)


@pytest.mark.parametrize(
    "measure", [pytest.param(measure, id=name) for name, measure in READ.items()]
)
def test_every_measure_can_be_written_and_read(measure):
    written = WRITER.write(reported(measure))
    assert isinstance(written, Written), written
    known = read_back(measure, written.observation, TERMINOLOGY, DAY)
    assert known.value == (True if measure.is_boolean else float(middle(measure)))


def test_a_value_whose_way_is_not_known_is_read_and_said():
    value = reported(MEASURES["psoas-total-area"])
    known = read_back(value.measure, WRITER.write(value).observation, TERMINOLOGY, DAY)
    assert METHOD_NOT_RECORDED in known.concerns


@pytest.mark.parametrize(
    ("name", "members", "why"),
    [
        pytest.param(
            "psoas-total-area",
            {"day": None},
            "the day of the examination is not known",
            id="no-day",
        ),
        pytest.param(
            "psoas-total-area",
            {"unit": "kg"},
            "the unit does not fit: kg, not cm2 or mm2",
            id="unit",
        ),
        pytest.param(
            "psoas-total-area",
            {"number": Decimal(1441)},
            "not plausible",
            id="mm2-said-as-cm2",
        ),
        pytest.param(
            "psoas-total-area",
            {"method": "volume of the psoas"},
            "a volume, not an area",
            id="volume",
        ),
        pytest.param(
            "psoas-total-area", {"levels": ("L2",)}, "measured at L2", id="level"
        ),
        pytest.param(
            "psoas-total-area",
            {"device": "TotalSegmentator 2.18"},
            "segmented as a whole",
            id="device",
        ),
        pytest.param(
            "ct-attenuation",
            {"method": "portal venous phase"},
            "CT with contrast",
            id="contrast",
        ),
        pytest.param(
            "bmd-t-score",
            {"number": Decimal("-2.9"), "method": "predicted from CT"},
            "",
            id="predicted",
        ),
        pytest.param(
            "local-kyphosis-post",
            {"number": Decimal(400)},
            "not plausible",
            id="never-read",
        ),
    ],
)
def test_what_the_reader_would_not_count_is_not_written(name, members, why):
    result = WRITER.write(reported(MEASURES[name], **members))
    assert isinstance(result, NotTaken)
    assert why in result.why


def test_an_unverified_value_is_preliminary_and_says_so():
    written = WRITER.write(reported(MEASURES["plvi"], is_verified=False))
    assert written.observation["status"] == "preliminary"
    assert "nobody has confirmed this value" in written.observation["note"][0]["text"]


@pytest.mark.parametrize("note", Note)
def test_every_note_of_ours_is_understood(note):
    sentences = [Remark(note, detail).sentence for detail in DETAILS[note]]
    values = TERMINOLOGY.plain.values
    assert [one for one in sentences if not values.are_all(one)] == []


@pytest.mark.parametrize(
    "words",
    [
        "The report is not verified",
        "The report is not verified: value of another person",
        "Millilitres of one slice over its cyst 5 mm.",
    ],
)
def test_a_note_of_others_that_resembles_ours_is_not(words):
    assert not TERMINOLOGY.plain.values.are_all(words)


@pytest.mark.parametrize("is_verified", [True, False])
@pytest.mark.parametrize(
    "measure", [pytest.param(measure, id=name) for name, measure in READ.items()]
)
def test_what_is_written_leaves_nothing_open(measure, is_verified):
    remarks = (Remark(Note.OF_ONE_SLICE, "5"),)
    value = reported(measure, is_verified=is_verified, remarks=remarks)
    written = WRITER.write(value).observation
    (entry,) = record_of({**written, "id": "o1"}).entries
    bare = {name: one for name, one in written.items() if name != "note"}
    (as_if_bare,) = record_of({**bare, "id": "o1"}).entries
    assert entry.concepts == as_if_bare.concepts


def test_the_note_says_what_the_source_does_not_record():
    note = WRITER.write(reported(MEASURES["ct-attenuation"], levels=())).observation[
        "note"
    ][0]["text"]
    assert note == "Not recorded: the way of measuring, the vertebra, the tool."


def test_the_study_is_named_by_its_uid():
    observation = WRITER.write(reported(MEASURES["plvi"], study="1.2.3")).observation
    assert observation["derivedFrom"] == [
        {
            "type": "ImagingStudy",
            "identifier": {"system": "urn:dicom:uid", "value": "urn:oid:1.2.3"},
        }
    ]


def test_two_values_of_one_day_that_differ_are_both_refused():
    area = MEASURES["psoas-total-area"]
    both = [
        WRITER.write(reported(area, number=Decimal(one), key=one))
        for one in ("14.4", "12.1")
    ]
    kept, refused = without_rivals(both)
    assert kept == []
    assert [one.what for one in refused] == [
        "psoas-total-area 14.4 cm2 at L4",
        "psoas-total-area 12.1 cm2 at L4",
    ]


def test_the_same_value_twice_is_one():
    both = [WRITER.write(reported(MEASURES["plvi"], key=one)) for one in ("a", "b")]
    kept, refused = without_rivals(both)
    assert len(kept) == 1
    assert refused == []


def test_trials_of_a_hand_are_all_kept():
    grip = MEASURES["grip-strength"]
    both = [
        WRITER.write(reported(grip, number=Decimal(one), key=one))
        for one in ("14", "16")
    ]
    assert len(without_rivals(both)[0]) == 2


@pytest.mark.parametrize(
    ("sites", "number"), [(("", ""), 0), (("hip", "hip"), 0), (("hip", "spine"), 2)]
)
def test_two_t_scores_of_a_day_are_kept_only_of_two_sites(sites, number):
    score = MEASURES["bmd-t-score"]
    both = [
        WRITER.write(reported(score, number=Decimal(one), key=one, site=site))
        for one, site in zip(("-2.5", "-1.0"), sites, strict=True)
    ]
    kept, refused = without_rivals(both)
    assert (len(kept), len(refused)) == (number, 2 - number)


def test_the_identity_follows_the_value_and_nothing_else():
    once, again = (
        WRITER.write(reported(MEASURES["plvi"], where=one)).identifier
        for one in ("a.csv", "b.csv")
    )
    other = WRITER.write(reported(MEASURES["plvi"], number=Decimal("0.6"))).identifier
    assert once == again != other
