"""What a sentence of a report denies, and what it names beside a denial."""

import pytest

from cds_service.fhir.entries.words.problem_words import named_in
from tests.builders import terminology

LOOKED_FOR = {
    *("malignancy", "myeloma", "bone-metastasis", "bone-malignancy-ever"),
    *("malignancy-elsewhere", "cancer-ever", "spinal-infection", "hip-fracture"),
    *("neurological-deficit", "leg-weakness", "unstable-fracture", "sepsis"),
}


def named(*sentences):
    return named_in(sentences, terminology()) & LOOKED_FOR


def each(**languages):
    """One case for each sentence, by language."""
    return [
        pytest.param(one, id=f"{language}-{number}")
        for language, sentences in languages.items()
        for number, one in enumerate(sentences, 1)
    ]


DENIED = each(
    en=[
        "No evidence of metastasis.",
        "No metastases.",
        "No metastasis, infection or fracture.",
        "No fracture, dislocation, or metastasis is seen.",
        "There is no evidence of fracture, infection and metastasis.",
        "No known malignancy.",
        "Negative for metastasis.",
        "Discitis is excluded.",
        "CT without contrast shows no metastasis.",
        "No metastasis, no interval change.",
        "No metastasis or discitis at L1.",
        "No hip fracture, no cord compression.",
        "Family history: breast cancer, myeloma in her mother.",
    ],
    de=[
        "Keine Metastasen.",
        "Kein Anhalt für Metastasen.",
        "Kein Nachweis von Metastasen oder Spondylodiszitis.",
        "Keine Fraktur, Metastase oder Spondylodiszitis.",
        "Ohne Hinweis auf Metastasen.",
        "Keine Voraufnahmen, keine Metastase.",
        "Keine instabile Fraktur.",
        "Keine Metastasen, keine Befundänderung.",
        "Keine Fraktur, aber auch keine Metastase.",
        "Keine Schenkelhalsfraktur.",
    ],
    fr=[
        "Pas de métastase.",
        "Absence de métastase osseuse.",
        "Pas de fracture ni de métastase.",
        "Aucune métastase.",
        "Sans argument pour une métastase.",
        "Pas de fracture, de métastase ou de spondylodiscite.",
        "Pas de modification, pas de métastase.",
        "Absence de spondylodiscite.",
        "Pas de fracture instable.",
        "Pas de fracture mais pas de métastase non plus.",
    ],
    es=[
        "Sin metástasis.",
        "No hay metástasis.",
        "No se observan metástasis.",
        "Sin evidencia de metástasis óseas.",
        "No se aprecian metástasis ni espondilodiscitis.",
        "Sin fractura, metástasis o espondilodiscitis.",
        "Sin cambios, sin metástasis.",
        "Ausencia de metástasis.",
        "No hay espondilodiscitis.",
        "Sin fractura inestable.",
    ],
    it=[
        "Nessuna metastasi.",
        "Assenza di metastasi.",
        "Non metastasi.",
        "Senza evidenza di metastasi.",
        "Non si osservano metastasi.",
        "Nessuna frattura, metastasi o spondilodiscite.",
        "Senza variazioni, nessuna metastasi.",
        "Non segni di spondilodiscite.",
        "Nessuna frattura instabile.",
        "Nessuna frattura ma nessuna metastasi.",
    ],
    pl=[
        "Brak przerzutów.",
        "Bez przerzutów do kości.",
        "Nie stwierdzono przerzutów.",
        "Nie ma przerzutów.",
        "Brak złamania, brak przerzutów.",
        "Bez zmian, bez przerzutów.",
        "Brak przerzutów lub ropnia.",
        "Brak ropnia ani przerzutów.",
        "Wykluczono przerzuty.",
        "Brak niestabilnego złamania.",
    ],
    zh=[
        "未见转移。",
        "无转移瘤。",
        "未见骨折、转移瘤。",
        "未见骨折及骨转移。",
        "未见骨折，转移瘤或感染。",
        "排除转移瘤。",
        "没有骨转移。",
        "未见椎间盘炎。",
        "未见变化，未见骨转移。",
        "否认骨转移。",
    ],
    ja=[
        "骨転移なし。",
        "骨折なし、骨転移なし。",
        "転移なし。",
        "感染なし。",
        "椎間板炎なし。",
        "化膿性脊椎炎なし。",
        "変化なし、骨転移なし。",
        "不安定骨折なし。",
        "骨髄腫なし。",
        "硬膜外膿瘍なし。",
    ],
    nl=[
        "Geen fractuur.",
        "Geen nieuwe fractuur.",
    ],
)
OPEN = each(
    en=[
        "No change in the known bone metastases.",
        "No significant interval change in osseous metastases.",
        "No metastatic progression.",
        "No cord compression, but bone metastases are present.",
        "No malignancy other than known myeloma.",
        "Nothing new apart from the metastasis in L3.",
        "No improvement of discitis.",
        "There is no regression of the known discitis.",
        "Not only discitis but also epidural abscess.",
        "No longer any doubt: multiple myeloma.",
        "No new metastases.",
        "Non-contrast CT: metastases.",
        "Without contrast: unstable fracture L1.",
        "Absent marrow signal, in keeping with metastasis.",
        "No dislocation, hip fracture left.",
        "No abscess, metastasis of T12 or L1.",
        "No abscess, metastases are sclerotic or lytic.",
        "No infection or fracture, metastasis L3.",
        "No fracture and metastasis of T12.",
        "No pelvic fracture, but femoral neck fracture left.",
        "Metastasis cannot be excluded.",
        "Hip fracture not excluded.",
        "No recovery of paraparesis.",
        "Sepsis not resolved.",
        "No source of sepsis found.",
        "Myeloma not in remission.",
        "Metastasis L1 (no biopsy yet).",
        "L1 fracture, unstable, no deficit.",
        "The fracture is not stable.",
    ],
    de=[
        "Keine Änderung der bekannten Metastasen.",
        "Keine neue Fraktur, aber Metastase BWK 12.",
        "Kein Anhalt für Infekt, jedoch Metastase.",
        "Keine Voraufnahmen, Metastase LWK 3.",
        "Kein Rückgang der Spondylodiszitis.",
        "Kein Zweifel an einer Spondylodiszitis.",
        "Metastase nicht auszuschließen.",
        "Nicht nur osteoporotisch, auch Metastase.",
        "Unauffällig bis auf Metastase LWK 1.",
        "Keine Blutung, aber instabile Berstungsfraktur LWK 1.",
        "Keine neuen Metastasen.",
        "Nicht stabile Fraktur LWK 1.",
        "Die Fraktur ist nicht stabil.",
        "Keine Fraktur, bekannte Metastase oder Zyste.",
    ],
    fr=[
        "Pas de modification des métastases connues.",
        "Métastase non exclue.",
        "Absence d'amélioration de la spondylodiscite.",
        "Pas de doute sur une métastase.",
        "Pas d'hématome mais fracture instable.",
        "Pas de nouvelle métastase.",
        "La fracture n'est pas stable.",
        "Pas de fracture, métastase de L3.",
        "On ne peut exclure une métastase.",
        "Pas d'abcès hormis une métastase.",
        "Sans injection, métastases de L2.",
    ],
    es=[
        "No se descarta metástasis.",
        "No se puede descartar metástasis.",
        "Sin cambios en las metástasis conocidas.",
        "Sin contraste: metástasis L2.",
        "No hay fractura, pero hay metástasis.",
        "Sin fractura, metástasis en L3.",
        "Sin nuevas metástasis.",
        "La fractura no es estable.",
        "Sin mejoría de la espondilodiscitis.",
        "No solo espondilodiscitis.",
        "Sin hallazgos salvo metástasis.",
    ],
    it=[
        "Non si esclude metastasi.",
        "Non si può escludere una metastasi.",
        "Nessuna variazione delle metastasi note.",
        "Nessun ascesso, ma metastasi.",
        "Nessun ascesso, metastasi di L3.",
        "Nessuna nuova metastasi.",
        "La frattura non è stabile.",
        "Senza miglioramento della spondilodiscite.",
        "Non solo spondilodiscite.",
        "Nessuna lesione tranne una metastasi.",
        "Senza mezzo di contrasto: metastasi L2.",
    ],
    pl=[
        "Bez zmian w przerzutach do kości.",
        "Nie można wykluczyć przerzutu.",
        "Brak ropnia, ale przerzut Th12.",
        "Brak ropnia, przerzut Th12.",
        "Bez kontrastu: przerzut L2.",
        "Brak nowych przerzutów.",
        "Bez progresji przerzutów.",
        "Nie tylko przerzuty.",
        "Bez innych zmian oprócz przerzutu.",
        "Nie stwierdzono ropnia, jednak przerzut L1.",
    ],
    zh=[
        "不能排除转移瘤。",
        "未见明显变化的骨转移。",
        "骨转移，无骨折。",
        "未见骨折，但见骨转移。",
        "未见骨折，骨转移。",
        "无法除外骨转移。",
        "未见新发骨转移。",
        "不仅椎间盘炎。",
        "除骨转移外，未见异常。",
        "骨转移无明显变化。",
    ],
    ja=[
        "転移を否定できない。",
        "既知の骨転移に変化なし。",
        "骨転移あり、骨折なし。",
        "骨折なし、骨転移あり。",
        "造影なし。骨転移。",
        "骨転移の可能性は否定できません。",
        "新規の骨転移なし。",
        "骨折はないが、骨転移。",
        "椎間板炎に改善なし。",
        "骨転移以外に異常なし。",
    ],
    nl=[
        "Metastasen niet uitgesloten.",
        "Geen verandering van de bekende metastasen.",
        "Geen fractuur, maar metastasen.",
        "Geen nieuwe metastasen.",
    ],
)


@pytest.mark.parametrize("sentence", DENIED)
def test_a_plain_denial_names_nothing(sentence):
    assert not named(sentence)


@pytest.mark.parametrize("sentence", OPEN)
def test_what_no_word_denies_is_named(sentence):
    assert named(sentence)


def test_what_a_later_sentence_denies_stays_denied():
    assert not named("Rule out metastasis. No fracture, metastasis or abscess.")
    assert named("Rule out metastasis. No change in the known metastases.")
