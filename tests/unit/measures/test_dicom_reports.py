"""What a DICOM structured report says of our measures, and what is refused by name."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from highdicom.sr import CodedConcept, FindingSite, QualitativeEvaluation
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.sr.codedict import codes
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EncapsulatedPDFStorage,
    MRImageStorage,
)

from cds_service.measures.reading import read_source
from tests.structured_reports import (
    CT,
    SEGMENTATION,
    hu,
    number,
    of_image,
    of_l1,
    own,
    planar,
    vertebra,
    volumetric,
    write_image,
    write_report,
)

MEAN, MAXIMUM = codes.SCT.Mean, codes.SCT.Maximum
OLD_MEAN = CodedConcept("R-00317", "SRT", "Mean")
AREA, OLD_AREA = codes.SCT.Area, CodedConcept("G-A166", "SRT", "Area")
ERECTOR = FindingSite(CodedConcept("44947003", "SCT", "Erector spinae muscle"))
OLD_ERECTOR = FindingSite(CodedConcept("T-14020", "SRT", "Erector spinae muscle"))
MULTIFIDUS = FindingSite(CodedConcept("7:508", "MDC", "Musculi multifidii"))
L4_BODY = FindingSite(CodedConcept("71996003", "SCT", "Body of L4"))
PRESENT = CodedConcept("52101004", "SCT", "Present")
NO = CodedConcept("373067005", "SCT", "No")


@pytest.fixture
def read(ground, tmp_path):
    """What is taken of a report of these groups, and why the rest is not."""

    def reader(*groups, name="report.dcm", **members):
        source = read_source(write_report(tmp_path / name, groups, **members), ground)
        taken = [
            (one.measure.name, float(one.number or 0), one.unit, one.levels)
            for one in source.reported
        ]
        return taken, [one.why for one in source.refused], source

    return reader


@pytest.mark.parametrize(
    "group",
    [
        pytest.param(of_l1(), id="planar"),
        pytest.param(
            of_image([hu()], finding_sites=[vertebra("L1")]), id="of-an-image"
        ),
        pytest.param(
            planar(
                [hu(derivation=OLD_MEAN)], finding_sites=[vertebra("L1", retired=True)]
            ),
            id="retired-codes",
        ),
        pytest.param(
            planar([hu(finding_sites=[vertebra("L1")])]), id="site-at-the-measurement"
        ),
        pytest.param(
            of_l1(number(codes.DCM.MeanAttenuationCoefficient, 101.5, "[hnsf'U]")),
            id="mean-by-name",
        ),
        pytest.param(
            of_l1(number(own("ct-attenuation"), 101.5, "[hnsf'U]")),
            id="own",
        ),
    ],
)
def test_hu_of_one_vertebra_is_read(read, group):
    taken, _, _ = read(group)
    assert taken == [("ct-attenuation", 101.5, "[hnsf'U]", ("L1",))]


def test_areas_are_read_by_new_and_retired_codes(read):
    new = planar(
        [number(AREA, 2310, "mm2")], finding_sites=[ERECTOR, MULTIFIDUS, vertebra("L3")]
    )
    old = planar(
        [number(OLD_AREA, 2310, "mm2")],
        finding_sites=[OLD_ERECTOR, MULTIFIDUS, vertebra("L3", retired=True)],
    )
    assert read(new)[0] == read(old)[0] == [("paraspinal-csa", 2310.0, "mm2", ("L3",))]
    assert read(planar([number(AREA, 14.2, "cm2")], finding_sites=[L4_BODY]))[0] == [
        ("l4-vertebral-area", 14.2, "cm2", ("L4",))
    ]


def test_the_level_may_be_a_modifier_of_the_muscle(read):
    site = FindingSite(
        CodedConcept("44947003", "SCT", "Erector spinae muscle"),
        topographical_modifier=CodedConcept("36470004", "SCT", "L3"),
    )
    group = planar([number(AREA, 23.1, "cm2")], finding_sites=[site, MULTIFIDUS])
    assert read(group)[0] == [("paraspinal-csa", 23.1, "cm2", ("L3",))]


@pytest.mark.parametrize(
    ("concept", "answer"),
    [pytest.param(PRESENT, True, id="True"), pytest.param(NO, False, id="False")],
)
def test_an_answer_is_read(read, concept, answer):
    group = of_image(evaluations=[QualitativeEvaluation(own("fascia-injury"), concept)])
    _, _, source = read(group)
    assert [(one.measure.name, one.answer) for one in source.reported] == [
        ("fascia-injury", answer)
    ]


@pytest.mark.parametrize(
    ("group", "why"),
    [
        pytest.param(
            volumetric([hu()], finding_sites=[vertebra("L1")]),
            "measured over a volume, not on one slice",
            id="volume",
        ),
        pytest.param(planar([hu()]), "of no vertebra that is named", id="no-level"),
        pytest.param(
            of_l1(hu(derivation=MAXIMUM)),
            "Maximum, not Mean",
            id="maximum",
        ),
        pytest.param(
            of_l1(hu(derivation=None)),
            "which statistic it is (mean, greatest, least) is not said",
            id="statistic-not-said",
        ),
        pytest.param(
            planar([number(AREA, 7, "cm2")], finding_sites=[ERECTOR, vertebra("L3")]),
            "not said to be of: Musculi multifidii",
            id="one-muscle-of-two",
        ),
        pytest.param(
            planar(
                [number(own("psoas-total-area"), 7, "cm2")],
                finding_sites=[
                    FindingSite(
                        CodedConcept("11994002", "SCT", "L4"),
                        laterality=CodedConcept("24028007", "SCT", "Right"),
                    )
                ],
            ),
            "of one side only; the measure is of both",
            id="one-side",
        ),
        pytest.param(
            planar([number(codes.SCT.Diameter, 7, "mm")]),
            "no measure that is read here",
            id="diameter",
        ),
        pytest.param(
            planar([number(own("no-such"), 7, "mm")]),
            "no measure that is read here",
            id="unknown-own",
        ),
    ],
)
def test_what_is_something_else_is_refused(read, group, why):
    taken, refused, _ = read(group)
    assert taken == []
    assert why in refused


def test_equal_names_that_differ_by_derivation_need_it_said(read):
    site = [vertebra("L1")]
    said = planar([hu(101.5), hu(180, derivation=MAXIMUM)], finding_sites=site)
    taken, refused, _ = read(said)
    assert taken == [("ct-attenuation", 101.5, "[hnsf'U]", ("L1",))]
    assert refused == ["Maximum, not Mean"]

    name = own("ct-attenuation")
    unsaid = planar(
        [number(name, 101.5, "[hnsf'U]"), number(name, 180, "[hnsf'U]")],
        finding_sites=site,
    )
    taken, refused, _ = read(unsaid, name="unsaid.dcm")
    assert taken == []
    assert (
        refused
        == [
            "is there 2 times with this name and unit; which of them counts is not said"
        ]
        * 2
    )

    twice = planar([hu(101.5), hu(97)], finding_sites=site)
    taken, refused, _ = read(twice, name="twice.dcm")
    assert taken == []
    assert len(refused) == 2


def test_a_report_that_nobody_verified_is_said_so(read):
    group = of_l1()
    assert read(group, verified=True)[2].reported[0].is_verified
    assert not read(group, verified=False, name="b.dcm")[2].reported[0].is_verified
    assert (
        not read(group, name="c.dcm", PreliminaryFlag="PRELIMINARY")[2]
        .reported[0]
        .is_verified
    )
    assert (
        not read(group, name="d.dcm", CompletionFlag="PARTIAL")[2]
        .reported[0]
        .is_verified
    )


def test_day_study_device_and_method_come_from_the_report(read):
    group = planar(
        [hu()],
        finding_sites=[vertebra("L1")],
        method=CodedConcept("m-1", "99LOCAL", "trabecular ROI, unenhanced CT"),
    )
    value = read(group)[2].reported[0]
    assert value.day.isoformat() == "2026-05-01"
    assert value.study.startswith("2.25.") or value.study.startswith("1.2.826")
    assert value.device == "Maker Viewer 7.1"
    assert value.method == "trabecular ROI, unenhanced CT"


@pytest.mark.parametrize(
    ("sop_class", "why"),
    [
        pytest.param(CT, "CT Image Storage: is an image", id="ct"),
        pytest.param(MRImageStorage, "MR Image Storage: is an image", id="mr"),
        pytest.param(
            SEGMENTATION, "Segmentation Storage: is a segmentation", id="segmentation"
        ),
        pytest.param(
            EncapsulatedPDFStorage,
            "Encapsulated PDF Storage: is no structured report",
            id="pdf",
        ),
    ],
)
def test_other_objects_are_refused_by_their_class(ground, tmp_path, sop_class, why):
    source = read_source(write_image(tmp_path / "object.dcm", sop_class), ground)
    assert source.reported == ()
    assert source.refused[0].why.startswith(why)


def test_no_pixel_is_read(ground, tmp_path, monkeypatch):
    file = write_image(tmp_path / "ct.dcm", CT)
    asked = []
    monkeypatch.setattr(
        "pydicom.Dataset.pixel_array", property(lambda _: asked.append("pixels"))
    )
    read_source(file, ground)
    assert asked == []


def test_a_report_in_the_json_of_dicom_is_read(ground, tmp_path):
    file = write_report(tmp_path / "report.dcm", [of_l1()])
    as_json = tmp_path / "report.json"
    as_json.write_text(json.dumps(dcmread(file).to_json_dict()))
    source = read_source(as_json, ground)
    assert [one.measure.name for one in source.reported] == ["ct-attenuation"]


def test_a_broken_object_is_refused(ground, tmp_path):
    file = write_report(tmp_path / "report.dcm", [of_l1()])
    content = file.read_bytes()
    for length in (140, 400, len(content) // 2, len(content) - 7):
        cut = tmp_path / f"cut-{length}.dcm"
        cut.write_bytes(content[:length])
        source = read_source(cut, ground)
        assert source.reported or source.refused


def test_a_deflated_report_is_read(ground, tmp_path):
    file = write_report(tmp_path / "report.dcm", [of_l1()])
    deflate(file)
    (one,) = read_source(file, ground).reported
    assert (one.measure.name, one.number) == ("ct-attenuation", Decimal("101.5"))


def test_a_report_that_unpacks_without_bound_is_refused(ground, tmp_path):
    file = write_report(
        tmp_path / "report.dcm",
        [of_l1()],
        TextValue="a" * 64_000_000,
    )
    deflate(file)
    assert file.stat().st_size < 1_000_000
    source = read_source(file, ground)
    assert source.reported == ()
    assert source.refused[0].why == "is larger than any report of numbers"


def deflate(file):
    report = dcmread(file)
    report.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    report.save_as(file)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"\x02\x00\x10\x00UI", b"\x02\x00\x10\x00\x55\x1c", id="kind"),
        pytest.param(b"UL\x04\x00", b"UL\x8a\x00", id="length"),
    ],
)
def test_a_broken_head_of_the_file_is_refused(ground, tmp_path, old, new):
    file = write_report(tmp_path / "report.dcm", [of_l1()])
    content = file.read_bytes()
    file.write_bytes(content.replace(old, new, 1))
    source = read_source(file, ground)
    assert source.reported or source.refused


def test_a_report_of_another_kind_is_refused(ground, tmp_path):
    file = write_report(tmp_path / "report.dcm", [of_l1()])
    report = dcmread(file)
    report.ConceptNameCodeSequence[0].CodeValue = "113701"
    report.ConceptNameCodeSequence[0].CodeMeaning = "X-Ray Radiation Dose Report"
    report.save_as(file)
    source = read_source(file, ground)
    assert source.reported == ()
    assert "X-Ray Radiation Dose Report" in source.refused[0].why


@pytest.mark.parametrize(
    ("name", "why"),
    [
        pytest.param("test-SR.dcm", "a report of another kind (Diagnosis)", id="sr"),
        pytest.param("CT_small.dcm", "CT Image Storage: is an image", id="ct"),
        pytest.param("MR_small.dcm", "MR Image Storage: is an image", id="mr"),
        pytest.param("liver_1frame.dcm", "is a segmentation", id="segmentation"),
    ],
)
def test_files_of_pydicom_that_nobody_here_wrote_are_refused(ground, name, why):
    file = Path(get_testdata_file(name, download=False))
    (refused,) = read_source(file, ground).refused
    assert why in refused.why
