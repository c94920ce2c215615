"""B: what no table can say of addresses."""

from tests.attacks.cases import Case
from tests.attacks.field import Field
from tests.attacks.playing import play
from tests.attacks.scenarios import scenario


@scenario
def reads_by_name(case: Case, field: Field) -> None:
    play(case, field)
    assert {headers["Host"] for headers in field.ehr.headers} == {
        field.fill(case, "{host}:{port}")
    }
