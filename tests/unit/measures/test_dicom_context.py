"""A report's context: whose, when and of what a value is.

What of it is not understood refuses the value by its name.
"""

import pytest
from highdicom.sr import (
    CodeContentItem,
    CodedConcept,
    DateContentItem,
    FindingSite,
    ImageLibrary,
    MeasurementProperties,
    NumContentItem,
    PnameContentItem,
    QualitativeEvaluation,
    RelationshipTypeValues,
    TextContentItem,
    TimePointContext,
    UIDRefContentItem,
)
from pydicom import Dataset, Sequence, dcmread
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from cds_service.loading import mapping_folders
from cds_service.measures.observations import Writer, site_codes
from cds_service.measures.reading import read_source
from tests.structured_reports import (
    STUDY,
    hu,
    image,
    number,
    of_image,
    of_l1,
    own,
    planar,
    vertebra,
    write_report,
)

ABOUT = RelationshipTypeValues.HAS_OBS_CONTEXT
GROUP, MEASUREMENTS, IMAGE_REGION = "125007", "126010", "111030"
VERTEBRA = CodedConcept("51282000", "SCT", "Vertebra")
PSOAS = CodedConcept("99-1", "99LOCAL", "Psoas muscle")
METASTASIS = CodedConcept("94222008", "SCT", "Metastasis to bone")
UNKNOWN = CodedConcept("99-2", "99LOCAL", "Invented concept")
PATIENT = CodedConcept("121025", "DCM", "Patient")
SUBJECT = CodedConcept("121024", "DCM", "Subject Class")


@pytest.fixture
def read(ground, tmp_path):
    """Read a report of this group, after these changes of its data set."""

    def reader(group, *changes, **members):
        file = write_report(tmp_path / "report.dcm", [group], **members)
        report = dcmread(file)
        for change in changes:
            change(report)
        report.save_as(file)
        return read_source(file, ground)

    return reader


def under(place, *items):
    """Add children to each item of this code; to the report itself without one."""

    def change(item):
        for child in item.get("ContentSequence", ()):
            change(child)
        names = item.get("ConceptNameCodeSequence")
        if names and names[0].CodeValue == place:
            item.ContentSequence = Sequence([*item.get("ContentSequence", ()), *items])

    return change


def code(name, value):
    return CodeContentItem(name=name, value=value, relationship_type=ABOUT)


def words(name, value="words of somebody"):
    return TextContentItem(name=name, value=value, relationship_type=ABOUT)


def day(name, value):
    return DateContentItem(name=name, value=value, relationship_type=ABOUT)


def nameless():
    item = Dataset()
    item.RelationshipType, item.ReferencedContentItemIdentifier = "INFERRED FROM", [1]
    return item


def refused_names(source):
    assert source.reported == ()
    (refused,) = source.refused
    assert refused.why.startswith("the report says more of it than is understood here:")
    return refused.why


# --- what nobody knows


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("126000", id="report"),
        pytest.param(MEASUREMENTS, id="measurements"),
        pytest.param(GROUP, id="group"),
        pytest.param("112031", id="value"),
        pytest.param("363698007", id="site"),
        pytest.param(IMAGE_REGION, id="region"),
        pytest.param("121058", id="procedure"),
        pytest.param("121401", id="derivation"),
    ],
)
@pytest.mark.parametrize(
    "item",
    [
        pytest.param(code(UNKNOWN, METASTASIS), id="code"),
        pytest.param(words(UNKNOWN), id="text"),
        pytest.param(day(UNKNOWN, "20260501"), id="date"),
        pytest.param(
            PnameContentItem(
                name=codes.DCM.SubjectName, value="Other^One", relationship_type=ABOUT
            ),
            id="name-of-a-person",
        ),
        pytest.param(
            NumContentItem(
                name=UNKNOWN,
                value=3,
                unit=codes.UCUM.Millimeter,
                relationship_type=ABOUT,
            ),
            id="number",
        ),
        pytest.param(nameless(), id="reference-to-another-item"),
    ],
)
def test_what_nobody_knows_refuses_the_value(read, place, item):
    source = read(of_l1(), under(place, item))
    assert source.reported == ()
    assert "somebody" not in str(source.refused)
    assert "Other" not in str(source.refused)


def test_the_reason_names_the_item(read):
    source = read(of_l1(), under(GROUP, code(UNKNOWN, METASTASIS)))
    assert refused_names(source).endswith("Invented concept: Metastasis to bone")


@pytest.mark.parametrize(
    "group",
    [
        pytest.param(of_l1(finding_type=METASTASIS), id="finding"),
        pytest.param(
            of_l1(finding_category=CodedConcept("49755003", "SCT", "Altered")),
            id="category",
        ),
        pytest.param(
            of_l1(finding_type=CodedConcept("11994002", "SCT", "L4")),
            id="another-vertebra",
        ),
        pytest.param(
            planar([hu()], finding_sites=[vertebra("L1"), FindingSite(PSOAS)]),
            id="another-structure",
        ),
        pytest.param(
            planar(
                [hu()],
                finding_sites=[
                    FindingSite(
                        CodedConcept("66794005", "SCT", "L1"),
                        topographical_modifier=UNKNOWN,
                    )
                ],
            ),
            id="part-of-a-vertebra",
        ),
        pytest.param(
            planar(
                [hu()],
                finding_sites=[
                    FindingSite(
                        CodedConcept("66794005", "SCT", "L1"), laterality=UNKNOWN
                    )
                ],
            ),
            id="side",
        ),
        pytest.param(
            planar(
                [hu(finding_sites=[vertebra("L1")])], finding_sites=[vertebra("L3")]
            ),
            id="another-vertebra-of-the-group",
        ),
        pytest.param(
            planar(
                [hu(finding_sites=[vertebra("L1")])], finding_sites=[FindingSite(PSOAS)]
            ),
            id="another-structure-of-the-group",
        ),
        pytest.param(of_l1(session="after the operation"), id="session"),
        pytest.param(
            of_l1(time_point_context=TimePointContext("baseline 2019")), id="time-point"
        ),
        pytest.param(
            of_l1(geometric_purpose=CodedConcept("111010", "DCM", "Center")),
            id="purpose",
        ),
        pytest.param(
            of_l1(
                hu(
                    properties=MeasurementProperties(
                        selection_status=CodedConcept("121411", "DCM", "Most recent")
                    )
                )
            ),
            id="choice-of-several",
        ),
        pytest.param(
            of_l1(qualitative_evaluations=[QualitativeEvaluation(UNKNOWN, METASTASIS)]),
            id="answer-next-to-it",
        ),
    ],
)
def test_another_finding_time_or_site_refuses_the_value(read, group):
    source = read(group)
    assert source.reported == ()
    assert any("than is understood here" in one.why for one in source.refused)


# --- whose it is


@pytest.mark.parametrize("place", ["126000", MEASUREMENTS, GROUP, "112031"])
@pytest.mark.parametrize(
    "item",
    [
        pytest.param(code(SUBJECT, codes.DCM.Fetus), id="fetus"),
        pytest.param(code(SUBJECT, codes.DCM.Specimen), id="specimen"),
        pytest.param(words(codes.DCM.SubjectID, "9999"), id="another-number"),
        pytest.param(day(codes.DCM.SubjectBirthDate, "19400101"), id="birth-date"),
        pytest.param(
            code(codes.DCM.SubjectSex, CodedConcept("M", "DCM", "Male")), id="sex"
        ),
        pytest.param(
            UIDRefContentItem(
                name=codes.DCM.ProcedureStudyInstanceUID,
                value=generate_uid(entropy_srcs=["another study"]),
                relationship_type=ABOUT,
            ),
            id="study",
        ),
        pytest.param(day(codes.DCM.StudyDate, "20190101"), id="day"),
    ],
)
def test_another_subject_or_day_refuses_the_value(read, place, item):
    assert refused_names(read(of_l1(), under(place, item)))


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"QualityControlImage": "YES"}, id="quality-control"),
        pytest.param({"QualityControlSubject": "YES"}, id="phantom"),
        pytest.param({"PatientSpeciesDescription": "dog"}, id="animal"),
        pytest.param({"SpecimenDescriptionSequence": [Dataset()]}, id="specimen"),
    ],
)
def test_an_object_of_no_patient_is_refused(read, members):
    source = read(of_l1(), **members)
    assert source.reported == ()
    assert "not of" in source.refused[0].why


# --- of which images


def evidence(study, *images):
    series = Dataset()
    series.SeriesInstanceUID = generate_uid(entropy_srcs=[study])
    series.ReferencedSOPSequence = []
    for one in images:
        reference = Dataset()
        reference.ReferencedSOPClassUID = one.SOPClassUID
        reference.ReferencedSOPInstanceUID = one.SOPInstanceUID
        series.ReferencedSOPSequence.append(reference)
    found = Dataset()
    found.StudyInstanceUID, found.ReferencedSeriesSequence = study, [series]
    return found


def lists(*studies, prior=()):
    def change(report):
        report.CurrentRequestedProcedureEvidenceSequence = Sequence(studies)
        report.PertinentOtherEvidenceSequence = Sequence(prior)

    return change


PRIOR = generate_uid(entropy_srcs=["a study of 2019"])


def test_a_value_on_images_of_another_study_is_refused(read):
    others = [evidence(PRIOR, image())]
    assert "of another study" in refused_names(read(of_l1(), lists(prior=others)))
    assert "of another study" in refused_names(read(of_l1(), lists(*others)))
    assert "of another study" in refused_names(read(of_l1(), lists()))


def test_of_two_studies_the_images_say_which(read):
    both = lists(evidence(STUDY, image()), prior=[evidence(PRIOR)])
    assert len(read(of_l1(), both).reported) == 1
    without = of_image([hu()], finding_sites=[vertebra("L1")])
    assert "several studies" in refused_names(read(without, both))


def library(**members):
    spatial = {
        "PixelSpacing": [1, 1],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "ImagePositionPatient": [0, 0, 0],
        "SliceThickness": 3,
    }
    return ImageLibrary([image(**spatial, **members)])[0]


def test_a_library_of_images_is_read_over(read):
    assert len(read(of_l1(), under("126000", library())).reported) == 1


def test_a_library_of_another_day_refuses_the_value(read):
    item = library()
    entry = item.ContentSequence[0].ContentSequence[-1]
    entry.ContentSequence.append(day(codes.DCM.AcquisitionDate, "20190101"))
    assert refused_names(read(of_l1(), under("126000", item)))


def test_an_observation_before_the_study_is_refused(read):
    def earlier(report):
        report.ContentSequence[-1].ContentSequence[0].ObservationDateTime = "20190101"

    assert refused_names(read(of_l1(), earlier))


# --- what changes nothing


@pytest.mark.parametrize(
    "group",
    [
        pytest.param(of_l1(finding_type=VERTEBRA), id="finding-vertebra"),
        pytest.param(
            of_l1(finding_type=CodedConcept("66794005", "SCT", "L1")),
            id="same-vertebra",
        ),
        pytest.param(
            planar(
                [hu(finding_sites=[vertebra("L1")])],
                finding_sites=[vertebra("T12"), vertebra("L1")],
            ),
            id="wider-site-of-the-group",
        ),
        pytest.param(
            of_l1(finding_category=CodedConcept("91723000", "SCT", "Structure")),
            id="category",
        ),
        pytest.param(
            of_l1(geometric_purpose=CodedConcept("75958009", "SCT", "Bounded by")),
            id="purpose",
        ),
        pytest.param(
            planar(
                [hu(), number(codes.SCT.Diameter, 12, "mm")],
                finding_sites=[vertebra("L1")],
            ),
            id="another-number",
        ),
        pytest.param(
            of_l1(
                qualitative_evaluations=[
                    QualitativeEvaluation(
                        own("vacuum-cleft"), CodedConcept("373067005", "SCT", "No")
                    )
                ]
            ),
            id="answer-that-is-read",
        ),
    ],
)
def test_what_changes_nothing_refuses_nothing(read, group):
    assert "ct-attenuation" in {one.measure.name for one in read(group).reported}


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(code(SUBJECT, PATIENT), id="patient"),
        pytest.param(words(codes.DCM.SubjectID, "PID-1"), id="same-number"),
        pytest.param(day(codes.DCM.SubjectBirthDate, "19500115"), id="same-birth-date"),
        pytest.param(
            code(codes.DCM.SubjectSex, CodedConcept("F", "DCM", "Female")),
            id="same-sex",
        ),
        pytest.param(day(codes.DCM.StudyDate, "20260501"), id="same-day"),
    ],
)
def test_what_the_data_set_says_too_refuses_nothing(read, item):
    assert len(read(of_l1(), under(GROUP, item)).reported) == 1


# --- the procedure


def test_a_procedure_with_contrast_says_how_it_was_measured(read, ground):
    def contrast(report):
        (item,) = (
            one
            for one in report.ContentSequence
            if one.ConceptNameCodeSequence[0].CodeValue == "121058"
        )
        item.ConceptCodeSequence[0].CodeValue = "99-3"
        item.ConceptCodeSequence[0].CodeMeaning = "CT of abdomen with contrast"

    writer = Writer("p1", ground.terminology, site_codes(mapping_folders()))
    (plain,) = read(of_l1()).reported
    (other,) = read(of_l1(), contrast).reported
    assert plain.method == ""
    assert "contrast" in writer.write(other).why


def test_the_way_of_the_group_counts_next_to_that_of_the_value(read):
    contrast = CodedConcept("m-1", "99LOCAL", "CT with contrast")
    roi = CodedConcept("m-2", "99LOCAL", "trabecular ROI")
    (value,) = read(of_l1(hu(method=roi), method=contrast)).reported
    assert value.method == "CT with contrast; trabecular ROI"
