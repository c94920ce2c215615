"""B: what no table can say of addresses and tokens."""

from tests.attacks.cases import Case
from tests.attacks.field import Field
from tests.attacks.playing import play
from tests.attacks.scenarios import scenario


@scenario
def reads_by_name(case: Case, field: Field) -> None:
    play(case, field)
    assert {headers["Host"] for headers in field.ehr.headers} == {field.fill(case, "{host}:{port}")}


@scenario
def prefetch_goes_on_elsewhere(case: Case, field: Field) -> None:
    body = field.request(case)
    conditions = body["prefetch"]["conditions"]
    link = field.fill(case, "{evil}/Condition?patient={patient}&page=2")
    conditions["link"] = [{"relation": "next", "url": link}]
    conditions.pop("total", None)
    play(case, field, body)
    assert field.ehr.count("&page=2") == 1, "its path and query on the base of the request"


@scenario
def token_of_100_kilobytes(case: Case, field: Field) -> None:
    body = field.request(case)
    body["fhirAuthorization"]["access_token"] = "canarytoken" * 10_000
    play(case, field, body)
