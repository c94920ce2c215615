"""What a denial behind a name denies asks nothing; what only stands near it does."""

import pytest

from tests.patients.leaving import act_ordered, summaries_beside

DENIED = (
    "発熱なし|肺炎なし|脳梗塞なし|せん妄なし|しびれなし|麻痺の出現なし|麻痺は認めず"
    "|術後経過良好。発熱なし、創部異常なし。|発熱(-)|발열 없음|폐렴 없음|섬망 없음"
    "|창상 감염 소견 없음|하지 마비 없음|无发热|发热(-)|未见肺炎|No fever|Kein Fieber"
    "|Pas de fièvre|Sin fiebre|Senza febbre|Geen koorts|Bez gorączki"
)
THERE = (
    "発熱|発熱あり|発熱あるも疼痛なし|肺炎あり、発熱なし|肺炎治療効果なし|発熱なしか?|発熱なしか不明"
    "|左下肢麻痺あり、右下肢麻痺なし|発熱なしとは言えない|발열|발열 있으나 구토 없음"
    "|폐렴, 발열 없음|발열 없음?|섬망|发热38.5|Fever, no chills|Fieber, kein Husten"
)


def asked_by(words: str) -> bool:
    return bool(summaries_beside(act_ordered("CBC", note=[{"text": words}])))


@pytest.mark.parametrize("words", DENIED.split("|"))
def test_what_is_plainly_denied_asks_nothing(words: str) -> None:
    assert not asked_by(words)


@pytest.mark.parametrize("words", THERE.split("|"))
def test_what_is_there_next_to_a_denial_asks(words: str) -> None:
    assert asked_by(words)
