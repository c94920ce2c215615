"""What is known, old or denied beside a loss neither dates nor explains the loss.

"Known osteoporosis, cannot lift the foot" led no card in any place of the record: the
osteoporosis is known, and the foot may have dropped today.
"""

import pytest

from tests.patients.places import (
    DEFICIT,
    as_reason,
    listed,
    noted_when_leaving,
    reported,
)

PLACES = [listed, reported, as_reason, noted_when_leaving]
BESIDE_WHAT_IS_KNOWN = [
    "Known osteoporosis, cannot lift left foot",
    "Known COPD and foot drop",
    "Known osteoporosis with foot drop",
    "Chronic pain patient unable to move legs since surgery",
    "Chronic back pain, cannot move legs",
    "Former smoker, cannot lift foot",
    "Z.n. Hysterektomie, kann Beine nicht bewegen",
    "Bekannte Osteoporose, kann Beine nicht bewegen",
    "Chronische Rückenschmerzen und kann Beine nicht bewegen",
    "Ostéoporose connue, ne peut plus lever le pied",
    "Dolor crónico, no puede mover las piernas",
    "Osteoporosi nota, non muove le gambe",
    "Bekende osteoporose met klapvoet",
    "Przewlekły ból, nie może ruszać nogami",
    "만성 요통, 다리를 움직일 수 없음",
    "慢性腰痛,下肢不能动",
    "COPD (known) and foot drop",
    "COPD (known), cannot lift the left foot",
    "L1 fracture, old, foot drop left",
    "Osteoporose (bekannt), Fußheberparese links",
    "Status post stroke and new leg weakness",
    "Known CKD plus foot drop",
    "Known CKD + foot drop",
    "Known CKD as well as foot drop",
    "Bekannte CKD, außerdem Fußheberparese",
    "BPCO connue ainsi que pied tombant",
    "EPOC conocida así como pie caído",
    "BPCO nota nonché piede cadente",
    "Bekende COPD alsmede klapvoet",
]
BESIDE_A_YEAR = [
    "Hysterectomy 2010, cannot lift left foot",
    "Hysterectomy 2010, epidural haematoma",
    "Appendicectomy 1990, saddle numbness",
    "Hüft-TEP 2015, Paraparese",
]
CALLED_OLD = [
    "Known foot drop and paraparesis",
    "Foot drop since 2010",
    "Cannot lift foot, since 2010",
    "Cannot lift foot (known)",
    "Cannot lift left foot for years",
    "Seit Jahren bekannt: kann den Fuß nicht heben",
    "Kann Fuß nicht heben, bekannt seit 2012",
    "Bekannte Fußheberparese",
    "Old stroke and residual leg weakness",
    "Chronic foot drop, known",
]
DATED_BEFORE_THE_NAME = [
    "Since 2010, foot drop",
    "Seit 2010, Fußheberparese",
    "Depuis 2010, pied tombant",
    "Desde 2010, pie caído",
    "Dal 2010, piede cadente",
]
WITH_PAIN = [
    "Severe pain and cannot move legs",
    "Sudden onset pain with inability to move legs",
    "COPD patient cannot move left leg since yesterday",
    "Starke Schmerzen und kann Beine nicht bewegen",
    "Demente Patientin kann plötzlich Beine nicht mehr bewegen",
    "Douleur intense et ne peut plus bouger les jambes",
    "Dolor intenso y no puede mover las piernas",
    "Dolore intenso e non riesce a muovere le gambe",
    "Hevige pijn en kan benen niet bewegen",
    "Silny ból i nie może poruszać nogami",
    "Cannot move arms or legs",
]
FOR_PAIN = [
    "Seit gestern kann das Bein vor Schmerzen nicht gehoben werden",
    "Severe pain and cannot walk",
    "Schmerzen und kann nicht aufstehen",
    "Ne peut marcher à cause de la douleur depuis hier",
    "No puede caminar por dolor desde ayer",
    "Non cammina per dolore da ieri",
    "Kan niet lopen door pijn sinds gisteren",
    "Nie może chodzić z powodu bólu od wczoraj",
    "痛みのため今朝から歩けない",
    "통증 때문에 오늘 못 걸음",
    "Wheelchair user since birth cannot move legs",
    "Lost use of right leg since stroke 2010",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", [*BESIDE_WHAT_IS_KNOWN, *WITH_PAIN])
def test_a_loss_leads(words, place):
    assert DEFICIT in place(words).lower()


@pytest.mark.parametrize("place", [reported, as_reason, noted_when_leaving])
@pytest.mark.parametrize("words", BESIDE_A_YEAR)
def test_the_year_of_something_else_dates_no_loss(words, place):
    assert DEFICIT in place(words).lower()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", CALLED_OLD)
def test_a_loss_that_is_called_old_leads_nothing(words, place):
    assert "deficit" not in place(words).lower()


@pytest.mark.parametrize("place", [listed, as_reason, noted_when_leaving])
@pytest.mark.parametrize("words", DATED_BEFORE_THE_NAME)
def test_a_year_that_opens_the_words_dates_the_loss(words, place):
    assert "deficit" not in place(words).lower()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", FOR_PAIN)
def test_a_loss_for_pain_leads_nothing(words, place):
    assert "deficit" not in place(words).lower()
