"""The codes of sides are whole, and say one side each."""

import pytest

from cds_service.loading import find_faults
from tests.builders import MAPPINGS, terminology

SCT = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
RIGHT, LEFT = ("side-right",), ("side-left",)


@pytest.mark.parametrize(
    ("system", "code", "sides"),
    [
        (ICD, "S72.001A", RIGHT),
        (ICD, "M80.052A", LEFT),
        (ICD, "S72.009A", ()),
        (ICD, "S82.101A", ()),
        (PCS, "0QS604Z", RIGHT),
        (PCS, "0SRS0JZ", LEFT),
        (PCS, "0SRB0JZ", LEFT),
        (PCS, "0QS906Z", LEFT),
        (PCS, "0QHB06Z", RIGHT),
        (SCT, "7771000", LEFT),
        (SCT, "51440002", RIGHT + LEFT),
        ("", "7771000", ()),
    ],
)
def test_a_code_names_its_side(system, code, sides):
    assert tuple(terminology().side_codes.of_code(system, code)) == sides


def test_the_german_extension_names_a_side_in_any_version():
    codes = terminology().side_codes
    url = "http://fhir.de/StructureDefinition/seitenlokalisation"
    assert tuple(codes.of_extension(url, " l ")) == LEFT
    assert not [*codes.of_extension(f"{url}/other", "L")]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('left = ["7771000"]', 'left = ["7771001"]', "the check digit of 7771001"),
        ('left = ["L"]', 'left = ["R"]', "a code is of two sides"),
        ("'0SR'", "'0SR('", "is no regular expression"),
        ("http://snomed.info/sct", "http://snomed.info/other", "is not known"),
    ],
)
def test_the_check_names_a_faulty_code(tmp_path, before, after, fault):
    content = (MAPPINGS / "side-codes.toml").read_text(encoding="utf-8")
    assert before in content
    (tmp_path / "site.toml").write_text('[site]\nname = "Example"\n', encoding="utf-8")
    path = tmp_path / "mappings" / "side-codes.toml"
    path.parent.mkdir()
    path.write_text(content.replace(before, after), encoding="utf-8")
    faults = [str(one) for one in find_faults(tmp_path)]
    assert [one for one in faults if "side-codes.toml" in one and fault in one], faults
