"""A fit, or a heart that was started again, may be all that a note says.

A spasm of a muscle is no fit, and what is to be done if the heart stops is no event.
"""

import pytest

from tests.patients.leaving import act_ordered, summaries_beside

FITS = (
    "痙攣|けいれん|全身痙攣|てんかん発作|Drgawki|Convulsie|Toeval|Status epilepticus"
    "|Hat gekrampft|Convulsions|Crisis convulsiva|Crisi epilettica|惊厥|抽搐|발작|경련"
    "|Had a fit overnight|筋痙攣、その後全身痙攣|Muscle spasm; seizure last night"
)
RESCUES = (
    "Reanimation|Reanimiert|Resuscitation|CPR 10 min|Réanimation|RCP de 10 min"
    "|Reanimación|Rianimazione|Reanimatie|Reanimacja|心肺蘇生|心肺复苏|심폐소생술"
    "|Kein Puls, Reanimation|Nicht ansprechbar, reanimiert|No pulse, CPR started"
    "|Reanimation nicht erfolgreich|DNR revoked, CPR 10 min|CPR performed. Decubitus"
    "|Keine Reanimation gewünscht. Gestern reanimiert."
    "|Full resuscitation for 20 minutes|Full resuscitation performed, ROSC"
    "|Required full resuscitation in recovery|Needed active resuscitation overnight"
)
SPASMS = (
    "筋痙攣|背部筋の痙攣あり|理学療法: 筋痙攣に対するストレッチ|肌肉痉挛|근육 경련"
    "|Physiotherapy for muscle spasm|Wadenkrampf|Crampe du mollet|Spierspasme"
    "|痙攣なし|けいれんは認めず|No seizures|Bez drgawek|无抽搐|경련 없음"
    "|Brace fit checked|Fit for discharge|痙攣の既往あり|Bij toeval gevonden cyste"
)
DIRECTIVES = (
    "Reanimationsstatus: ja|Reanimation: nein|Keine Reanimation|DNR|Full code"
    "|Not for resuscitation|Do not resuscitate|For full resuscitation|CPR: yes"
    "|Soll nicht reanimiert werden|Möchte im Notfall reanimiert werden"
    "|Pas de réanimation|No desea reanimación|Non rianimare|Niet reanimeren"
    "|Wenst reanimatie|Nie reanimować|心肺蘇生希望せず|放弃心肺复苏|심폐소생술 거부"
    "|Full active resuscitation|Full resuscitation if arrest|Active resuscitation: yes"
    "|Anesthésie-réanimation|Anästhesie und Reanimation|麻醉复苏室|Z.n. Reanimation 2015"
)


def asked_by(words: str) -> bool:
    return bool(summaries_beside(act_ordered("CBC", note=[{"text": words}])))


@pytest.mark.parametrize("words", FITS.split("|"))
def test_a_fit_alone_is_to_be_read(words: str) -> None:
    assert asked_by(words)


@pytest.mark.parametrize("words", SPASMS.split("|"))
def test_a_spasm_of_a_muscle_is_no_fit(words: str) -> None:
    assert not asked_by(words)


@pytest.mark.parametrize("words", RESCUES.split("|"))
def test_a_rescue_alone_is_to_be_read(words: str) -> None:
    assert asked_by(words)


@pytest.mark.parametrize("words", DIRECTIVES.split("|"))
def test_what_to_do_if_the_heart_stops_is_no_event(words: str) -> None:
    assert not asked_by(words)
