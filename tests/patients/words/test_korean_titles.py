"""Korean titles of everyday diseases are known; those that may be grave are not."""

import pytest

from tests.builders import terminology

KNOWN = (
    "고혈압|제2형 당뇨병|고지혈증|골다공증|심방세동|백내장|치질|대장 용종|소화불량"
    "|신장 낭종|갑상선종|말초동맥질환|대사증후군|긴장성 두통|본태성 떨림|동결견|결막염"
    "|요추 협착증|말초신경병증"
)
OPEN = (
    "폐암|척추 전이|척추 감염|패혈증|하지 마비|골수종|농양|대장암|갑상선암|신장 종양"
    "|척수 압박|요추 골절"
)


def is_known(title: str) -> bool:
    names = terminology().harmless_names
    return terminology().harmless.is_harmless(title) or names.are_known([title])


@pytest.mark.parametrize("title", KNOWN.split("|"))
def test_an_everyday_name_is_known(title: str) -> None:
    assert is_known(title)


@pytest.mark.parametrize("title", OPEN.split("|"))
def test_a_name_that_may_be_grave_is_not(title: str) -> None:
    assert not is_known(title)
