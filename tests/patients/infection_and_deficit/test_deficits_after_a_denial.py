"""What came after a denied loss is there: "initially no deficit, then paraparesis".

A denied loss was taken out with all that stands behind it in its sentence, also with
what somebody cannot do: "no loss of power, unable to pass urine".
"""

import pytest

from tests.patients.places import DEFICIT, listed, noted_when_leaving

CAME_SINCE = [
    "Initially no deficit, then paraparesis",
    "Initially no deficit, paraparesis since yesterday",
    "No deficit at first, now paraparesis",
    "No loss of sensation, now cannot lift the foot",
    "No loss of power but foot drop",
    "Pas de déficit, puis paraparésie",
    "Sin déficit, desde ayer paraparesia",
    "Nessun deficit, da ieri paraparesi",
    "Geen uitval, nu klapvoet",
    "Bez niedowładu, od wczoraj opadanie stopy",
    "Keine Parese, dann Fußheberparese",
    "No loss of sensation, cannot lift the foot",
    "No loss of power, unable to pass urine",
    "Pas de perte de force, ne peut plus uriner",
    "Sin déficit, no puede levantar el pie derecho",
    "Sin pérdida de fuerza, no puede orinar",
    "Nessun deficit, non riesce a sollevare il piede destro",
    "Geen krachtsverlies, kan niet plassen",
    "Geen uitval, kan rechtervoet niet heffen",
    "Brak niedowładu, nie może oddać moczu",
    "Bez ubytków, nie może podnieść stopy",
    "No loss of power despite cord compression",
    "No loss of power and cannot lift foot",
    "No loss of sensation - cannot lift foot",
    "Pas de perte de force et ne peut plus uriner",
    "Nessun deficit e non riesce a sollevare il piede destro",
]
# What is denied keeps nobody from walking.
WITHOUT_ANOTHER_CAUSE = [
    "No pain and cannot move legs",
    "No chest pain and can't pass urine",
    "No back pain but cannot walk",
    "Keine Schmerzen und kann die Beine nicht bewegen",
    "Keine Rückenschmerzen, kann nicht gehen",
    "Pas de douleur et ne peut pas bouger les jambes",
    "No tiene dolor y no puede mover las piernas",
    "Nessun dolore e non riesce a muovere le gambe",
    "Geen pijn en kan benen niet bewegen",
    "疼痛なし、下肢を動かせない",
    "통증 없음. 다리를 움직일 수 없음",
    "无疼痛,下肢不能活动",
    "Niente febbre e non riesce ad alzare il piede",
]
ALL_OF_A_LIST_DENIED = [
    "No pain or inability to walk",
    "No pain, weakness or inability to walk",
    "Denies pain, weakness, or inability to walk",
    "Denies pain or being unable to walk",
    "Denies pain and inability to walk",
    "Keine Schmerzen oder Gehunfähigkeit",
    "Verneint Schmerzen, Schwäche oder Gehunfähigkeit",
    "Pas de douleur ni d'impossibilité de marcher",
    "Niega dolor o incapacidad para caminar",
    "Nega dolore o incapacità di camminare",
    "Geen pijn of onvermogen om te lopen",
    "Neguje ból lub niemożność chodzenia",
    "无疼痛或不能行走",
]
BEHIND_A_DENIED_LIST = [
    "No dizziness or loss of consciousness, no power in left leg",
    "No dizziness or loss of consciousness, power 2/5 left leg",
    "No fever or loss of appetite, dragging left foot",
    "Kein Fieber oder Verlust des Appetits, linkes Bein knickt weg",
    "Pas de fièvre ni perte d'appétit, traîne la jambe gauche",
    "Sin fiebre o pérdida de apetito, arrastra el pie izquierdo",
    "Senza febbre o perdita di appetito, trascina la gamba sinistra",
    "No power in left leg or loss of bladder control",
    "Denies pain, cannot walk or stand",
    "No pain or fever, unable to move the legs",
    "Denies pain or weakness, but unable to lift the foot",
    "Keine Schmerzen oder Fieber, kann die Beine nicht bewegen",
    "Pas de douleur ni fièvre, ne peut pas bouger les jambes",
    "Niega dolor o fiebre, no puede mover las piernas",
    "Nega dolore o febbre, non riesce a muovere le gambe",
    "Geen pijn of koorts, kan de benen niet bewegen",
]
# A word that only begins or ends like another cause is none.
BY_A_CORD = [
    "Kann seit heute das linke Bein nicht heben wegen vorliegender Metastase",
    "Kan sinds vandaag het linkerbeen niet bewegen door ischemie",
    "Depuis hier ne peut plus lever la jambe par ischémie médullaire",
    "Da ieri non muove le gambe per plasmacitoma",
]
WITH_ANOTHER_CAUSE = [
    "Kann heute das Bein wegen Hüftschmerzen nicht heben",
    "Kan vandaag het been niet heffen vanwege heuppijn",
    "Cannot walk for pain",
    "Cannot walk without pain",
    "Kann ohne Schmerzen nicht gehen",
    "Kann vor Schmerzen nicht gehen",
    "Ne peut marcher sans douleur",
    "No puede caminar sin dolor",
    "Non cammina senza dolore",
    "Kan niet lopen zonder pijn",
]
DENIED = [
    "No loss of power, sensation or continence",
    "No deficit since surgery",
    "No loss of bladder control, walking today with frame",
    "Sin déficit motor, deambula hoy con andador",
    "Pas de déficit, marche depuis hier",
    "No deficit, return if weakness",
    "Geen uitval, vandaag gemobiliseerd",
    "Denies loss of bladder control, cannot remember fall",
    "No loss of sensation, inability to void or weakness",
    "No deficit, return if cannot walk",
    "Pas de déficit, ne se plaint de rien",
    "Sin déficit, no puede dormir",
    "Nessun deficit, non può assumere FANS",
    "Geen uitval, kan naar huis",
    "Brak niedowładu, nie może spać",
]


@pytest.mark.parametrize("place", [noted_when_leaving, listed])
@pytest.mark.parametrize("words", CAME_SINCE)
def test_what_came_since_leads(words, place):
    assert DEFICIT in place(words).lower()


@pytest.mark.parametrize("words", DENIED)
def test_what_is_denied_leads_nothing(words):
    assert "deficit" not in noted_when_leaving(words)


@pytest.mark.parametrize("place", [noted_when_leaving, listed])
@pytest.mark.parametrize("words", WITHOUT_ANOTHER_CAUSE)
def test_a_cause_that_is_denied_explains_no_loss(words, place):
    assert DEFICIT in place(words).lower()


@pytest.mark.parametrize("place", [noted_when_leaving, listed])
@pytest.mark.parametrize("words", BEHIND_A_DENIED_LIST)
def test_what_stands_behind_a_denied_list_leads(words, place):
    assert "new neurological deficit not excluded" in place(words).lower()


@pytest.mark.parametrize("place", [noted_when_leaving, listed])
@pytest.mark.parametrize("words", ALL_OF_A_LIST_DENIED)
def test_a_loss_at_the_end_of_a_denied_list_leads_nothing(words, place):
    assert "deficit" not in place(words).lower()


@pytest.mark.parametrize("place", [noted_when_leaving, listed])
@pytest.mark.parametrize("words", WITH_ANOTHER_CAUSE)
def test_a_loss_with_another_cause_leads_nothing(words, place):
    assert "deficit" not in place(words).lower()


@pytest.mark.parametrize("place", [noted_when_leaving, listed])
@pytest.mark.parametrize("words", BY_A_CORD)
def test_part_of_a_word_is_no_other_cause(words, place):
    assert DEFICIT in place(words).lower()
