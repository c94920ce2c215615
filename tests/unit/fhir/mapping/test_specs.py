"""Files of `mappings/`: wrong ones stop the start by file and key; examples of the pages work."""

import json
import re
from pathlib import Path

import pytest

from cds_service.core.vocabulary import ObservedSpec
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.finding_specs import check_specs, load_finding_specs
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.loading import find_faults
from tests.builders import MAPPINGS, coded, findings_of, observation, specs, terminology

DOCS = Path(__file__).resolve().parents[4] / "docs"
PAGES = "\n".join(
    (DOCS / name).read_text(encoding="utf-8")
    for name in ("map-codes.md", "mappings-reference.md")
)


def test_observations_are_asked_by_enumerated_codes():
    for spec in specs().values():
        if isinstance(spec, ObservedSpec):
            assert all(
                terminology().codes(concept) for concept in spec.asked_concepts
            ), spec.name


def added(folder: Path, file: str, content: str) -> Path:
    """A site's mappings with this file."""
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("file", "old", "new", "key"),
    [
        ("findings/bmi.toml", 'unit = "kg/m2"', 'units = "kg/m2"', "units"),
        ("findings/bmi.toml", 'kind = "quantity"', 'kind = "number"', "kind"),
        ("findings/bmi.toml", "range = [8, 90]", "range = [90, 8]", ""),
        ("findings/bmi.toml", "fresh_days = 184", "fresh_days = 1840", ""),
        ("findings/bmi.toml", "fresh_days = 184", "fresh_days = -1", "fresh_days"),
        ("findings/bmi.toml", 'name = "bmi"', 'name = "bmx"', "name"),
        ("findings/bmi.toml", 'key = "body"', "", ""),
        ("findings/bmi.toml", "decimals = 1", "decimals = 12", "decimals"),
        ("findings/bmi.toml", "decimals = 1", "decimals =", ""),
        ("findings/mna-category.toml", 'answers = "mna-category"', "", ""),
        (
            "findings/paraspinal-csa-change.toml",
            'of = "paraspinal-csa"',
            'of = "paraspinal"',
            "of",
        ),
        ("findings/diabetes.toml", 'value_sets = ["diabetes"]', "value_sets = []", ""),
        (
            "findings/bmi.toml",
            'value_sets = ["bmi"]',
            'value_sets = ["bmj"]',
            "value_sets",
        ),
        (
            "findings/bmi.toml",
            'accept_units = ["kg/m2"]',
            'accept_units = ["kg"]',
            "accept_units",
        ),
        ("valueset/bmi.json", '"id": "bmi"', '"id": "other"', "id"),
        ("valueset/bmi.json", '"status": "active",', "", "status"),
        # an unknown member
        (
            "valueset/bmi.json",
            '"status": "active",',
            '"status": "active", "codes": [],',
            "codes",
        ),
        # a wrong check digit
        ("valueset/bmi.json", "39156-5", "39156-4", "compose.include.0"),
        ("valueset/bmi.json", "60621009", "60621008", "compose.include.1"),
        ("valueset/bmi.json", '"system": "http://loinc.org",', "", "compose.include.0"),
        (
            "valueset/bmi.json",
            ', "concept": [{"code": "bmi"}]',
            "",
            "compose.include.2",
        ),
        # a refused code
        ("valueset/diabetes.json", "73211009", "429616001", "compose.include.0"),
        # a code twice
        ("valueset/diabetes.json", "46635009", "73211009", "compose.include.0"),
        (
            "valueset/diabetes.json",
            '"op": "regex"',
            '"op": "is-a"',
            "compose.include.1.filter",
        ),
        ("valueset/diabetes.json", "E1[0-4](", "E1[0-4]((", "compose.include.1.filter"),
        ("units.toml", '"kgs", "kilogram"', '"grams", "kilogram"', "spellings.g"),
        ("units.toml", "times = 0.001", "times = 0", "factors"),
        ("units.toml", "times = 0.001", "time = 0.001", "factors"),
        ("units.toml", 'from = "[in_i]"', 'from = "inches"', "factors"),
        # two factors for one pair
        ("units.toml", 'from = "[in_i]"', 'from = "cm"', "factors"),
        ("units.toml", "schema = 1", "schema = 2", "schema"),
    ],
)
def test_a_wrong_file_stops_the_start_with_file_and_key(tmp_path, file, old, new, key):
    content = (MAPPINGS / file).read_text(encoding="utf-8")
    assert old in content
    site = added(tmp_path, file, content.replace(old, new, 1))
    with pytest.raises(DataFileError) as error:
        check_specs(load_finding_specs(MAPPINGS, site), Terminology(MAPPINGS, site))
    assert Path(error.value.file).name == Path(file).name
    assert error.value.key.startswith(key)


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        pytest.param(
            "diabetes",
            "falls_months = 12",
            "falls_months: is a key of kind repeated-falls, and this file is of kind "
            "condition: take the key out, or change the kind",
            id="of-another-kind",
        ),
        pytest.param(
            "bmi",
            "fresh_dais = 3",
            "fresh_dais: there is no such key; did you mean fresh_days?",
            id="misspelt",
        ),
        pytest.param(
            "sex",
            "unclear_what = 3",
            "unclear_what: there is no such key; a demographic has decimals, "
            "key, kind, name, range, title, unit",
            id="like-no-other",
        ),
    ],
)
def test_a_key_that_the_kind_has_not_is_refused_with_its_cure(
    tmp_path, file, line, said
):
    content = (MAPPINGS / f"findings/{file}.toml").read_text(encoding="utf-8")
    site = added(tmp_path, f"findings/{file}.toml", f"{line}\n{content}")
    with pytest.raises(DataFileError) as error:
        load_finding_specs(MAPPINGS, site)
    assert str(error.value) == f"{site}/findings/{file}.toml: {said}"


def test_a_drug_without_the_months_of_the_rest_is_refused(tmp_path):
    """A signing failed where a drug without months of its own was on the list."""
    content = (MAPPINGS / "findings/bone-drug.toml").read_text(encoding="utf-8")
    assert ", other = 4 }" in content
    wrong = content.replace(", other = 4 }", " }")
    site = added(tmp_path, "findings/bone-drug.toml", wrong)
    with pytest.raises(DataFileError, match="look_back_months needs `other`"):
        load_finding_specs(MAPPINGS, site)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        pytest.param("hip-fracture", 'fractures = ["other-fracture"]', id="event"),
        pytest.param("steroid-use", "taken_months = 3", id="drug"),
        pytest.param("bmi", 'never = ["weight"]', id="number"),
        pytest.param("diabetes", "after_surgery = true", id="condition"),
    ],
)
def test_a_key_that_the_reader_of_a_kind_ignores_is_refused(tmp_path, file, line):
    """Each was accepted, and changed nothing."""
    content = (MAPPINGS / f"findings/{file}.toml").read_text(encoding="utf-8")
    site = added(tmp_path, f"findings/{file}.toml", f"{line}\n{content}")
    with pytest.raises(DataFileError, match="take the key out, or change the kind"):
        load_finding_specs(MAPPINGS, site)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        pytest.param("prior-vertebral-fracture", "earlier-fracture", id="fracture"),
        pytest.param("bone-drug", "bone-drug", id="drug"),
        pytest.param("grip-strength", "grip", id="grip"),
    ],
)
def test_a_site_reads_a_finding_of_ours_as_no_other_kind(tmp_path, file, kind):
    content = (MAPPINGS / f"findings/{file}.toml").read_text(encoding="utf-8")
    plain = {"earlier-fracture": "condition", "bone-drug": "medication"}
    other = plain.get(kind, "quantity")
    site = added(
        tmp_path,
        f"findings/{file}.toml",
        content.replace(f'kind = "{kind}"', f'kind = "{other}"'),
    )
    with pytest.raises(DataFileError) as error:
        load_finding_specs(MAPPINGS, site)
    assert error.value.key == "kind"
    assert str(error.value).endswith(f"must be '{kind}', as in our {file}")


def test_a_site_measures_a_finding_of_ours_in_no_other_unit(tmp_path):
    """A grip of 200 N was held against limits in kg, and was not low."""
    content = (MAPPINGS / "findings/grip-strength.toml").read_text(encoding="utf-8")
    changed = re.sub(
        r"(?m)^accept_units = .*$",
        'accept_units = ["N"]',
        content.replace('\nunit = "kg"', '\nunit = "N"'),
    )
    site = added(tmp_path, "findings/grip-strength.toml", changed)
    with pytest.raises(DataFileError, match="unit: must be 'kg'"):
        load_finding_specs(MAPPINGS, site)


def test_denosumab_without_its_months_is_refused(tmp_path):
    """A signing failed where a dose of denosumab was on the list."""
    content = (MAPPINGS / "findings/denosumab-overdue.toml").read_text(encoding="utf-8")
    assert "denosumab = 7, " in content
    wrong = content.replace("denosumab = 7, ", "")
    site = added(tmp_path, "findings/denosumab-overdue.toml", wrong)
    with pytest.raises(DataFileError, match="look_back_months needs `denosumab`"):
        load_finding_specs(MAPPINGS, site)


def test_an_event_is_asked_within_a_time_or_before_it(tmp_path):
    """Of both, the second was ignored."""
    content = (MAPPINGS / "findings/old-cancer.toml").read_text(encoding="utf-8")
    wrong = f"within_days = 30\n{content}"
    site = added(tmp_path, "findings/old-cancer.toml", wrong)
    with pytest.raises(DataFileError, match="cannot both be asked"):
        load_finding_specs(MAPPINGS, site)


def test_a_value_of_another_scale_is_refused_with_a_reason(tmp_path):
    """Without one, the gap was named without its reason."""
    content = (MAPPINGS / "findings/mna-score.toml").read_text(encoding="utf-8")
    wrong = content.replace("\nbecause = ", "\n# because = ")
    site = added(tmp_path, "findings/mna-score.toml", wrong)
    with pytest.raises(DataFileError, match="because"):
        load_finding_specs(MAPPINGS, site)


@pytest.mark.parametrize("key", ["closed_world = true", "falls_months = 12"])
def test_an_event_is_never_denied_and_counts_no_events(tmp_path, key):
    content = (MAPPINGS / "findings/sepsis.toml").read_text(encoding="utf-8")
    site = added(tmp_path, "findings/sepsis.toml", f"{key}\n{content}")
    with pytest.raises(DataFileError, match="this file is of kind event"):
        load_finding_specs(MAPPINGS, site)


def test_an_unknown_kind_is_refused_with_those_that_are_known(tmp_path):
    site = added(tmp_path, "findings/new.toml", 'name = "new"\ntitle = "x"\n')
    added(site, "findings/other.toml", 'name = "other"\nkind = "event"\n')
    added(site, "findings/third.toml", 'name = "third"\nkind = "number"\n')
    with pytest.raises(DataFileError) as error:
        load_finding_specs(MAPPINGS, site)
    said = [(Path(one.file).stem, one.key) for one in error.value.faults]
    missing = ("title", "key", "value_sets")
    assert said == [
        ("new", "kind"),
        *(("other", key) for key in missing),
        ("third", "kind"),
    ]
    assert "must be one of 'quantity', 't-score'" in str(error.value.faults[-1])


def example(name: str) -> str:
    """The block of a page that follows the file name."""
    found = re.search(
        rf"`{re.escape(name)}`[^`]*```\w+\n(.*?)```",
        PAGES,
        re.DOTALL,
    )
    assert found is not None, name
    return found[1]


def test_the_pages_local_code_is_read(tmp_path):
    """A site adds one file and its code 7010, in newtons and without a unit, is a grip strength."""
    content = example("site/mappings/conceptmap/flowsheet.json")
    mapped = Terminology(
        MAPPINGS, added(tmp_path, "conceptmap/flowsheet.json", content)
    )
    system = json.loads(content)["group"][0]["source"]
    without_unit = observation(coded("7010", system), 200)
    found = findings_of(without_unit, mapped=mapped).known["grip-strength"]
    assert found.value == pytest.approx(200 / 9.80665, rel=1e-6)
    assert found.provenance[0].code == f"{system}|7010"
    contradiction = findings_of(
        observation(coded("7010", system), 20, "kg"), mapped=mapped
    )
    assert contradiction.gaps["grip-strength"].reason == "unit-unknown"
    assert "grip-strength" in findings_of(without_unit).gaps


def test_the_pages_own_freshness_is_in_force(tmp_path):
    """A site replaces one finding file and an older T-score is stale."""
    content = example("mappings/findings/gait-speed.toml")
    changed = load_finding_specs(
        MAPPINGS, added(tmp_path, "findings/gait-speed.toml", content)
    )
    assert changed["gait-speed"].usable_days == 92
    assert changed["bmi"] == specs()["bmi"]


@pytest.mark.parametrize("name", ["texts/sv.toml", "plain-words/hospital.toml"])
def test_a_site_starts_with_the_pages_words(tmp_path, name):
    added(tmp_path / "mappings", name, example(f"mappings/{name}"))
    site = added(tmp_path, "site.toml", '[site]\nname = "Test"\n')
    assert find_faults(site) == ()


def test_the_pages_language_reads_how_long_a_brace_is_worn(tmp_path):
    """A site adds one file and "8 veckor" is the length of its brace."""
    added(tmp_path, "texts/sv.toml", example("mappings/texts/sv.toml"))
    durations = Terminology(MAPPINGS, tmp_path).durations
    lengths = [
        (mention.kind, mention.length)
        for mention in durations.read("Ryggortos i 8 veckor", "brace", is_title=True)
    ]
    assert lengths == [("length", "8 weeks")]


def test_the_page_names_every_folder_and_file():
    for path in set(MAPPINGS.iterdir()) - {MAPPINGS / "README.md"}:
        assert path.name in PAGES, path.name
