"""One definition for each measure: complete, sound, and the same to the reader of the record."""

import pytest
from pydicom.sr.coding import Code

from cds_service.core.findings import METHOD_NOT_RECORDED, Finding
from cds_service.core.vocabulary import ObservedSpec
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.finding_specs import load_finding_specs
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.loading import load_measures_in_force, mapping_folders
from cds_service.measures.definitions import load_measures
from cds_service.measures.observations import Writer, read_back, site_codes
from tests.measured_elsewhere import DAY, reported

MEASURES = load_measures_in_force()
STUDIES = {study for one in MEASURES.values() for study in one.file.studies}
TERMINOLOGY = Terminology(*mapping_folders())
JUDGED = [
    name
    for name, one in MEASURES.items()
    if one.method is not None and one.file.method is not None
]
CODES = [
    pytest.param(code, id=f"{name}-{code.code}")
    for name, measure in MEASURES.items()
    for form in measure.file.dicom
    for code in (
        form.name,
        *filter(None, [form.derivation]),
        *(one for group in form.sites for one in group),
    )
]


def test_every_finding_of_imaging_has_a_definition():
    imaging = {
        name
        for name, one in load_finding_specs(*mapping_folders()).items()
        if isinstance(one, ObservedSpec) and one.key == "imaging"
    }
    assert imaging <= MEASURES.keys()


@pytest.mark.parametrize("name", JUDGED)
def test_the_way_of_the_study_is_one_that_the_reader_accepts(name):
    measure = MEASURES[name]
    value = reported(measure, method=measure.file.method.meaning)
    writer = Writer("p1", TERMINOLOGY, site_codes(mapping_folders()))
    known = read_back(measure, writer.write(value).observation, TERMINOLOGY, DAY)
    assert isinstance(known, Finding)
    assert METHOD_NOT_RECORDED not in known.concerns


@pytest.mark.parametrize("code", CODES)
def test_retired_codes_are_those_of_the_standard(code):
    if code.srt:
        assert Code(code.srt, "SRT", "") == Code(code.code, "SCT", "")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param(
            'schema = 1\nname = "plvi"\ndefinition = "x"\nimage = "MRI"\nstudies = ["no-such"]',
            "studies",
        ),
        pytest.param(
            'schema = 1\nname = "vbq"\ndefinition = "x"\nimage = "MRI"', "name"
        ),
        pytest.param(
            'schema = 1\nname = "plvi"\ndefinition = "x"\nimage = "MRI"\nlevl = "L4"',
            "levl",
        ),
        pytest.param('schema = 1\nname = "plvi"\ndefinition = "x"', ""),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path, text, key):
    (tmp_path / "measures").mkdir()
    (tmp_path / "measures" / "plvi.toml").write_text(text)
    folders = (*mapping_folders(), tmp_path)
    with pytest.raises(DataFileError) as fault:
        load_measures(folders, load_finding_specs(*mapping_folders()), STUDIES)
    assert fault.value.key == key
    assert fault.value.file.endswith("plvi.toml")
