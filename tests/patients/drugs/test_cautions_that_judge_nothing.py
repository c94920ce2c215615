"""A code that labels of bone drugs warn of says of all else what it said without."""

import tomllib
from typing import Any

import pytest

from cds_service.fhir.mapping.codes.caution_codes import FILE
from cds_service.loading import find_faults
from tests.builders import MAPPINGS, terminology
from tests.chart_builders import (
    Asked,
    ask,
    kyphoplasty,
    order_sign,
    problem,
    site_service,
)
from tests.codes import GM, ICD, SCT, WHO, codeable
from tests.patients.inpatients import chart, coded, given
from tests.patients.leaving import leave, leaving_chart

DENOSUMAB = "M05BX04"
CODES = [
    *((WHO, one) for one in ("I21.9", "I25.2", "I64", "I69.3", "I80.2", "I26.9")),
    *((GM, one) for one in ("I26.9", "I63.9", "M88.99", "Z92.3", "E21.0")),
    *((ICD, one) for one in ("I82.409", "Z86.73", "Z86.718", "H34.811", "E83.52")),
    *((SCT, one) for one in ("22298006", "230690007", "128053003", "2089002")),
    *((ICD, one) for one in ("Z33.1", "Z34.90", "O09.90", "K25.4")),
    *((SCT, one) for one in ("74474003", "77386006")),
    *((SCT, one) for one in ("399211009", "429479009", "66931009", "5291005")),
]


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The service with a file of cautions that names no code."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "mappings").mkdir()
    (folder / "mappings" / FILE).write_text("schema = 1\nreviewed = false\n")
    return site_service(folder)


def entry(system: str, code: str) -> Any:
    return problem("hypertension", number="c", code=codeable(system, code))


@pytest.mark.parametrize(("system", "code"), CODES)
@pytest.mark.parametrize("drug", [(), (given("denosumab", DENOSUMAB, 30),)])
def test_every_other_finding_and_figure_is_the_same(
    without: Any, system: str, code: str, drug: Any
) -> None:
    """Cancer, infection, deficit, kidneys, the risk: all that the card holds."""
    if drug and code == "5291005":
        pytest.skip("its label warns of it")
    record = chart(coded("M80.08XA"), entry(system, code), *drug)
    body = order_sign(record, kyphoplasty())
    assert _plain(ask(body)) == _plain(ask(body, service=without))


@pytest.mark.parametrize(("system", "code"), CODES)
def test_so_it_is_when_leaving(without: Any, system: str, code: str) -> None:
    record = leaving_chart(entry(system, code))
    assert _plain(leave(record)) == _plain(leave(record, Asked(without)))


@pytest.mark.parametrize(("system", "code"), CODES)
def test_the_code_is_of_no_value_set_by_it(
    without: Any, system: str, code: str
) -> None:
    coding = codeable(system, code)
    ours, other = terminology(), without.terminology
    assert [*ours.caution_codes.of(*ours.codings(coding)[0])]
    assert ours.concepts(coding) == other.concepts(coding)
    assert ours.knows(system, code) == other.knows(system, code)
    assert ours.excludes(coding) == other.excludes(coding)


def _plain(cards: Any) -> Any:
    """The cards without what differs between two answers, or between two sites."""
    dropped = {"uuid", "links", "source"}
    if isinstance(cards, dict):
        kept = {name: one for name, one in cards.items() if name not in dropped}
        return {name: _plain(one) for name, one in kept.items()}
    return [_plain(one) for one in cards] if isinstance(cards, list) else cards


@pytest.mark.parametrize("language", ["de", "zh"])
def test_each_name_is_translated(language: str) -> None:
    content = (MAPPINGS.parent / "hooks" / "languages" / f"{language}.toml").read_text(
        encoding="utf-8"
    )
    assert (
        terminology().caution_codes.names <= tomllib.loads(content)["sentences"].keys()
    )


def test_the_check_names_a_faulty_code(tmp_path: Any) -> None:
    content = (MAPPINGS / FILE).read_text(encoding="utf-8")
    (tmp_path / "site.toml").write_text('[site]\nname = "Example"\n', encoding="utf-8")
    (tmp_path / "mappings").mkdir()
    wrong = content.replace('"2089002"', '"2089003"')
    (tmp_path / "mappings" / FILE).write_text(wrong, encoding="utf-8")
    assert any("2089003" in str(one) for one in find_faults(tmp_path))
