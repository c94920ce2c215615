"""A list of which a later page, or one of several searches, does not come in time: what was read before it counts."""

from urllib.parse import unquote

import pytest

from tests.chart_builders import problem
from tests.faults.records import chart
from tests.faults.scripted_fhir import ScriptedFhir, outcome, send
from tests.faults.service_under_faults import UnderFaults, healthy, templates
from tests.stub_server import Handler

INFECTION = problem("spinal-infection", number="infection")
HANGS = ("never", "trickle headers", "trickle body", "slow 10", "interim")
LEADS = "Spinal infection"


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """The first answer of a process takes longest."""
    healthy()


class HalfWay(ScriptedFhir):
    """The problem list begins with an infection and goes on at a page that comes by script, or by a second later.

    Observations are answered by category alone where `stuck` names one, which never comes.
    """

    def __init__(self, *, later: str = "", stuck: str = "", pages: int = 2) -> None:
        more = () if stuck else (INFECTION,)
        super().__init__([*chart(), *more], templates())
        self._later, self._stuck, self._last = later, stuck, pages

    def respond(self, handler: Handler) -> None:
        address = unquote(handler.path)
        if self._stuck and "/Observation?" in address:
            self._by_category(handler, address)
        elif self._later and "/Condition?" in address:
            self._by_page(handler, address)
        else:
            super().respond(handler)

    def _by_category(self, handler: Handler, address: str) -> None:
        if "category=" not in address:
            send(handler, 400, outcome("error", code="required"))
        elif f"category={self._stuck}" in address:
            self._never(handler, "", {})
        else:
            super().respond(handler)

    def _by_page(self, handler: Handler, address: str) -> None:
        status, found = self._normal(address)
        _, _, number = address.partition("&page=")
        page = int(number or 1)
        if page > 1:
            found = {**found, "entry": []}
        if page < self._last:
            query = address.partition("/fhir/")[2].partition("&page=")[0]
            url = f"{self.base}/{query}&page={page + 1}"
            found = {**found, "link": [{"relation": "next", "url": url}]}
        found.pop("total", None)
        if page == self._last:
            word, _, rest = self._later.partition(" ")
            getattr(self, f"_{word}")(handler, rest, found)
        else:
            send(handler, status, found)


@pytest.mark.parametrize("pages", [2, 3])
@pytest.mark.parametrize("later", HANGS)
def test_what_an_earlier_page_says_leads_though_a_later_one_hangs(later, pages):
    with HalfWay(later=later, pages=pages) as fhir:
        answered = UnderFaults(deadline=2.5).sign(fhir_server=fhir.base)
    assert answered.status == 200
    assert answered.seconds < 2.5
    assert (answered.first["indicator"], LEADS in answered.words) == ("warning", True)
    assert f"the problem list incomplete: page {pages}" in answered.plain_words


@pytest.mark.parametrize("stuck", ["exam", "imaging", "therapy", "social-history"])
def test_what_other_categories_say_counts_though_one_hangs(stuck):
    with HalfWay(stuck=stuck) as fhir:
        answered = UnderFaults(deadline=2.5).sign(fhir_server=fhir.base)
    assert answered.status == 200
    assert answered.seconds < 2.5
    assert "Weak grip (12 kg)" in answered.words
    assert "1 of 9 categories could not be read" in answered.plain_words


@pytest.mark.parametrize("later", ["slow 0.1", "slow 0.5", "slow 1"])
def test_a_later_page_that_comes_in_time_makes_the_list_whole(later):
    with HalfWay(later=later) as fhir:
        answered = UnderFaults(deadline=4.0).sign(fhir_server=fhir.base)
    assert LEADS in answered.words
    assert "the problem list" not in answered.not_known


@pytest.mark.parametrize("later", HANGS[:3])
def test_a_list_of_which_nothing_came_could_not_be_read(later):
    with HalfWay(later=later, pages=1) as fhir:
        answered = UnderFaults(deadline=2.5).sign(fhir_server=fhir.base)
    assert LEADS not in answered.words
    assert "the problem list could not be read" in answered.plain_words
