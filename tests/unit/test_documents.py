"""Links of the pages outside `docs/` lead somewhere; those inside are checked by `mkdocs build --strict`."""

import re
from datetime import date
from pathlib import Path

import pytest

from cds_service.commands.connecting.explaining import explain_request
from cds_service.core.acts.rule_file import Rule
from cds_service.core.facts.fact_file import FactFile
from cds_service.loading import load_service
from cds_service.settings import Settings
from tests.language_texts import texts_of

ROOT = Path(__file__).resolve().parents[2]
TOP = sorted(ROOT.glob("*.md"))
FOLDERS = ("cds_service", "deploy", "hooks", "mappings", "tests")
PAGES = [
    *TOP,
    *(page for folder in FOLDERS for page in sorted((ROOT / folder).rglob("*.md"))),
]


def headings(page: Path) -> set[str]:
    """Anchors as renderers make them: lower case, spaces as hyphens, no punctuation."""
    lines = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize(
    "page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES]
)
def test_every_link_leads_to_a_file_and_a_heading(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in headings(target), link


def test_the_readme_can_be_read_in_five_minutes():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 900


def test_every_file_that_the_architecture_page_names_is_there():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(
        re.findall(r"`((?:[\w-]+/)*[\w-]+\.(?:py|toml|md)|(?:[\w-]+/)+)`", page)
    ) - {
        "_data/",
        "cds_service/_data/",
    }
    assert len(named) > 30
    assert {
        name
        for name in named
        if not (ROOT / "cds_service" / name).exists() and not (ROOT / name).exists()
    } <= {
        "site.toml",
        *(
            f"{room}/"
            for room in (
                "gathering",
                "entries",
                "mapping",
                "findings",
                "orders",
                "server",
            )
        ),
        "verification/",
    }


PACKAGE = ROOT / "cds_service"
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMED_MODULE = r"`((?:\.\./)*\w[\w/]*\.py)`"


def test_a_module_that_a_docstring_or_comment_names_is_there():
    """It is next to the naming one, or its path begins inside `cds_service/`."""
    lost = {
        f"{module.relative_to(ROOT)}: {name}"
        for module in MODULES
        for name in re.findall(NAMED_MODULE, module.read_text(encoding="utf-8"))
        if not any((base / name).exists() for base in (module.parent, PACKAGE, ROOT))
    }
    assert not lost


# Names of the wire on the page, which no code defines.
OF_THE_WIRE = {
    "absent",
    "boneDensity",
    "occurrenceTiming",
    "prefetch.boneDensity",
    "t",
}


def test_every_name_of_code_on_the_architecture_page_is_defined():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    code = "\n".join(
        file.read_text(encoding="utf-8")
        for file in (ROOT / "cds_service").rglob("*.py")
    )
    defined = {
        *re.findall(r"^ *(?:def|class) (\w+)", code, re.MULTILINE),
        *re.findall(r"^([A-Z_]+)(?:: [^=\n]+)? =", code, re.MULTILINE),
        *re.findall(r"^    (\w+): ", code, re.MULTILINE),
    }
    named = {
        name
        for name in re.findall(r"`([A-Za-z_]\w*(?:\.\w+)*)`", page)
        if not name.endswith((".py", ".md", ".toml"))
    }
    assert len(named) > 60
    unknown = {name for name in named if name.rpartition(".")[2] not in defined}
    assert unknown == OF_THE_WIRE, "rename on the page, or in OF_THE_WIRE"


# The only pages that name parts of modules: `SEVERAL_LEVELS` of `cards/rehabilitation.py`.
OF_CODE = [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMED_IN = r"`(\w+)` (?:\(|of |in )`((?:\w+/)+\w+\.py)`"


@pytest.mark.parametrize("page", OF_CODE, ids=[page.name for page in OF_CODE])
def test_a_name_that_a_page_places_in_a_file_is_in_that_file(page):
    for name, file in re.findall(NAMED_IN, page.read_text(encoding="utf-8")):
        path = ROOT / file if (ROOT / file).exists() else ROOT / "cds_service" / file
        assert re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")), (name, file)


def test_the_page_on_texts_says_how_many_a_language_needs():
    """The page rounds down to a hundred."""
    page = (ROOT / "docs" / "recommendations.md").read_text(encoding="utf-8")
    (hundreds,) = re.findall(r"There are more than (\d+) in all", page)
    assert int(hundreds) == len(texts_of(load_service())) // 100 * 100


def test_the_quick_start_shows_what_its_example_gives():
    """The page agrees with the program; whether the figure is right is asked elsewhere."""
    page = (ROOT / "docs" / "quick-start.md").read_text(encoding="utf-8")
    found = explain_request(
        ROOT / "docs/examples/order-sign.json", Settings(), date(2026, 11, 20)
    )
    (t_score,) = (one for one in found["findings"] if one["name"] == "bmd-t-score")
    assert (t_score["value"], t_score["sources"][0]["resource"]) == (
        -2.8,
        "Observation/t-score",
    )
    figure = r"`%s`: ([\d.]+), (?:a new hospital|study uncertainty) ([\d.]+)–([\d.]+)"
    pooled, study, *_ = found["assessments"][0]["models"]
    assert _shown(pooled["risk"], *pooled["newHospital"]) in re.findall(
        figure % "pooled-2026", page
    )
    assert _shown(study["risk"], *study["studyUncertainty"]) in re.findall(
        figure % "sarcopenia-pvm-2022", page
    )
    assert all(card["summary"] in page for card in found["cards"])
    assert [card["indicator"] for card in found["cards"]] == ["info", "info"]


def _shown(*numbers):
    return tuple(f"{one:.3f}" for one in numbers)


def test_the_page_on_certification_names_each_of_the_31_attributes_once():
    attributes = load_service().model_cards["sarcopenia-pvm-2022"]["sourceAttributes"]
    page = (ROOT / "docs" / "certification.md").read_text(encoding="utf-8")
    assert re.findall(r"`(B\d_\w+)`", page) == [
        key for key in attributes if key.startswith("B")
    ]
    assert len([key for key in attributes if key.startswith("B")]) == 31


def test_the_page_of_cards_has_each_numbered_fact_that_may_lead():
    page = (ROOT / "docs" / "cards.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| (F\d+) \|", page, re.MULTILINE))
    hook = load_service().signing_hook
    facts = {
        one.id.partition("-")[0]
        for one in hook.facts
        if one.leads and one.id.startswith("F")
    }
    assert told == facts, f"docs/cards.md lacks {facts - told}, has {told - facts}"


@pytest.mark.parametrize(
    ("title", "table"), [("Add a fact", FactFile), ("Add a recommendation", Rule)]
)
def test_the_page_of_facts_and_rules_has_every_key(title, table):
    page = (ROOT / "docs" / "recommendations.md").read_text(encoding="utf-8")
    part = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    cells = " ".join(re.findall(r"^\| (.*?) \| ", part, re.MULTILINE))
    named = set(re.findall(r"`\[*([a-z-]+)", cells))
    keys = {name.replace("_", "-") for name in table.model_fields}
    of_file_name = {"rank"}
    assert keys - of_file_name <= named


def test_the_page_for_ehrs_names_the_scope_of_every_query():
    page = (ROOT / "docs" / "connect-an-ehr.md").read_text(encoding="utf-8")
    table = re.search(r"^\| read of \|.*?\n\n", page, re.MULTILINE | re.DOTALL)
    rows = table[0].strip().splitlines()[2:]
    named = {kind for row in rows for kind in re.findall(r"\w+", row.split("|")[1])}
    queried = {
        template.resource_type
        for hook in load_service().hooks.values()
        for template in hook.plan.templates
    }
    by_id = {"Medication", "Condition", "Device"}
    assert named - {"by", "id"} == queried | by_id
    of_type = [row for row in rows if " by id " not in row]
    last, first = of_type[-1].split("|")[1].strip(), "MedicationDispense"
    assert f"The types from {first} to {last} are read if the EHR keeps them" in page


def test_the_page_for_ehrs_says_how_many_queries_a_signing_sends():
    page = (ROOT / "docs" / "connect-an-ehr.md").read_text(encoding="utf-8")
    (count,) = re.findall(r"one round of up to (\d+) queries", page)
    templates = load_service().hooks["kyphoplasty-order-sign"].plan.templates
    assert int(count) == len(templates)
