"""FHIR servers that answer with broken records, and the service as a process of its own, on a socket."""

from copy import deepcopy
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chart_builders import by_topic
from tests.faults.records import chart
from tests.faults.scripted_fhir import ScriptedFhir, send
from tests.fuzz import bases
from tests.fuzz.amount import examples
from tests.fuzz.answers import check_answer
from tests.fuzz.changes import Change, apply, changes, splice, splices
from tests.fuzz.fuzzed_service import CALL, ECHO, FEEDBACK, in_time, is_refusal
from tests.fuzz.nasty import any_json, dump

TYPES = st.sampled_from(
    (
        "application/fhir+json",
        "application/json",
        "text/html",
        "application/fhir+json; charset=x",
        "",
        "é",
    )
)


class BrokenFhir(ScriptedFhir):
    """Answers from the chart, each answer changed as an example wants it.

    Attributes:
        made: changes of every document.
        cuts: of every body.
    """

    def __init__(self, resources):
        super().__init__(resources, {})
        self.made: list[Change] = []
        self.cuts: list[tuple[int, int, bytes]] = []
        self.media_type = ""
        self.status = 200
        self._examples = 0

    def next_base(self) -> str:
        """The address for one example: one of many, so that what failed in another is not held against it."""
        self._examples += 1
        return f"{self.base}/{self._examples % 500}"

    def respond(self, handler):
        _, _, asked = unquote(handler.path).removeprefix("/fhir/").partition("/")
        # the chart is of other tests too
        status, document = deepcopy(self._normal(f"/fhir/{asked}"))
        apply(document.get("entry", document), self.made, fixed=("stranger", "pat-1"))
        body = splice(dump(document), self.cuts)
        send(
            handler,
            self.status if status == 200 else status,
            body,
            Content_Type=self.media_type,
        )


@pytest.fixture
def fhir():
    with BrokenFhir([*chart(), *bases.strangers()]) as server:
        yield server


SOUND = {"made": [], "cuts": [], "media_type": "application/fhir+json", "status": 200}
BROKEN = changes.map(lambda made: {**SOUND, "made": made})
DAMAGED = splices.map(lambda cuts: {**SOUND, "cuts": cuts})
LABELLED = st.builds(
    lambda media_type, status: {**SOUND, "media_type": media_type, "status": status},
    TYPES,
    st.sampled_from((200, 200, 201, 206, 299, 302, 304, 404, 410, 500)),
)


@examples(0.01)
@given(
    how=st.sampled_from(("broken", "broken", "broken", "damaged", "labelled")),
    data=st.data(),
)
def test_a_server_that_answers_with_broken_records_costs_findings_and_no_more(
    subject, fhir, how, data
):
    vars(fhir).update(
        data.draw({"broken": BROKEN, "damaged": DAMAGED, "labelled": LABELLED}[how])
    )
    body = bases.request("no prefetch") | {"fhirServer": fhir.next_base()}
    answer = subject.answer(dump(body))
    if answer is not None:
        check_answer(answer)
        assert "rehabilitation" in by_topic(answer["cards"])


@st.composite
def bodies(draw):
    """A request as clients send it, broken as a document, then as text."""
    body = bases.request(draw(st.sampled_from(bases.names())))
    apply(body, draw(st.just([]) | changes), fixed=bases.FIXED)
    return splice(dump(body), draw(st.just([]) | splices))


@examples(0.04)
@given(
    body=bodies() | any_json.map(dump) | st.binary(max_size=200),
    path=st.sampled_from((CALL, CALL, CALL, FEEDBACK)),
)
def test_whatever_a_process_is_sent_it_answers_by_the_rules(process, body, path):
    with in_time():
        answer = process.call(body, path=path)
    if answer.status == 200:
        assert path == FEEDBACK or check_answer(answer.json()) is None
    else:
        assert not ECHO.search(answer.body)
        is_refusal(answer.status, answer.headers["Content-Type"], answer.body)
