"""A steroid is not taken after the last day that its order gives.

The day may stand in words, from one day to another, or in the period of use of a
national profile. The status of such orders stays "active".
"""

import pytest

from tests.gathered_records import findings_beside

NL = "http://nictiz.nl/fhir/StructureDefinition/ext-TimeInterval.Period"
JP = (
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/"
    "JP_MedicationRequest_DosageInstruction_PeriodOfUse"
)


def is_taken(dosage, **members):
    order = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/pat-1"},
        "authoredOn": "2026-05-20",
        "medicationCodeableConcept": {"text": "Prednisolone 5 mg tablets"},
        "dosageInstruction": [dosage],
    }
    known = findings_beside([order | members]).known.get("steroid-use")
    return known is not None and known.value is True


@pytest.mark.parametrize(
    "words",
    [
        "1 tablet daily until 10 June 2026",
        "from 20 May 2026 to 10 June 2026, 1 tablet daily",
        "vom 20.05.2026 bis 10.06.2026 1-0-0",
        "Van 20 mei 2026 tot en met 10 juni 2026 1x per dag 1 tablet",
        "du 20/05/2026 au 30/06/2026, 1 comprimé par jour",
        "desde el 20/05/2026 hasta el 30/06/2026, 1 comprimido al día",
        "dal 20/05/2026 al 30/06/2026, 1 cp/die",
        "od 20.05.2026 do 10.06.2026 1x1",
        "2026年5月20日から2026年6月10日まで 1日1回",
        "2026年5月20日至2026年6月10日 每日1次",
        "1 cp/die per 7 gg, poi ½ cp/die per 7 gg, poi stop",
        "1 tablet daily for 7 days, then half a tablet daily for 7 days",
        "1 comprimé par jour pendant 7 jours puis un demi comprimé pendant 7 jours",
    ],
)
def test_one_whose_last_day_is_past_in_words_is_not_taken(words):
    assert not is_taken({"text": words})


@pytest.mark.parametrize(
    "words",
    [
        "from 20 May 2026 to 10 June 2027, 1 tablet daily",
        "from 20 May 2026 to 10 June 2026, then 5 mg daily",
        "from 20 May 2026, review 10 June 2026",
        "from 20 May 2026, 1 tablet daily",
        "until 10 June 2026 2 tablets, from 11 June 2026 1 tablet",
        "vom 20.05.2026 bis 10.06.2026 2 Tabletten, danach 1 Tablette",
        "half a tablet daily",
        "½ cp/die",
    ],
)
def test_one_that_goes_on_is_taken(words):
    assert is_taken({"text": words})


def test_a_period_of_use_that_is_over_ends_it():
    over = {"start": "2026-05-20", "end": "2026-06-10"}
    of_order = [{"url": NL, "valuePeriod": over}]
    assert not is_taken({"text": "1 dd 1"}, extension=of_order)
    of_dosage = {"extension": [{"url": JP, "valuePeriod": over}], "text": "1日1回"}
    assert not is_taken(of_dosage)


@pytest.mark.parametrize(
    "period", [{"start": "2026-05-20"}, {"start": "2026-05-20", "end": "2027-01-31"}]
)
def test_a_period_of_use_that_goes_on_does_not(period):
    order = [{"url": NL, "valuePeriod": period}]
    assert is_taken({"text": "1 dd 1"}, extension=order)
