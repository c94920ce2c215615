"""A FHIR server that never answers holds up those who need it, and nobody else.

How long the others wait is a ratio of `make bench`.
"""

import json

from tests.deploy.programs import need
from tests.deploy.thirty_hanging import (
    DEADLINE,
    HANGING,
    OTHERS,
    fhir_server_that_never_answers,
    shipped,
    sign_others_while_thirty_hang,
)

# Who is answered, and not how soon, is the question here. nginx waits for ten seconds.
ON_A_SLOW_MACHINE = 2 * DEADLINE


def test_thirty_signings_that_hang_hold_up_no_other_order(postgres, tmp_path):
    """The thirty are told that the record is missing; every other has its answer."""
    need("nginx")
    url = postgres.new_database()
    with fhir_server_that_never_answers() as never:
        base = f"{never.origin}/fhir"
        with shipped(tmp_path, url, [base], deadline=ON_A_SLOW_MACHINE) as site:
            hanging, others = sign_others_while_thirty_hang(
                site, base, deadline=ON_A_SLOW_MACHINE
            )
    assert len(never.asked) >= HANGING, "the record was asked for"
    assert set(hanging) == {412}
    answers = [(one.status, json.loads(one.body)) for one in others]
    assert answers == [(200, {"cards": []})] * OTHERS
