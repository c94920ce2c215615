"""Take the relative out of words that tell the same of the patient.

"Mother and patient both had breast cancer" is of the patient, too. A sentence with a
relative is read as the relative's, so these words are left out before it is read. What
only a relative had stays theirs.
"""

import re

_RELATIVE = (
    r"(?:(?:grand|step)?(?:mother|father|parents?)|mum|mom|dad|sisters?|brothers?|"
    r"siblings?|daughters?|sons?|aunts?|uncles?|cousins?|"
    r"(?:gro(?:ss|ß))?(?:mutter|vater)|schwestern?|bruder|tochter|sohn|tanten?|onkel|"
    r"(?:grand-?)?(?:m[eè]re|p[eè]re)|soeurs?|sœurs?|fr[eè]res?|fille|fils|tante|oncle|"
    r"madre|padre|hermanas?|hermanos?|hij[oa]s?|abuel[oa]s?|ti[oa]s?|"
    r"sorell[ae]|fratell[oi]|figli[oae]|nonn[oa]|zi[oa]|"
    r"(?:groot)?(?:moeder|vader)|oma|opa|zus(?:sen)?|broers?|dochter|zoon|"
    r"matk[aiu]|ojciec|ojca|siostr[ay]|brata?|corki?|syna?|babci?a?|ciotk[ai])"
)
_OWN = (
    r"(?:(?:the|die|der|la|le|el|il|de) |l.)?"
    r"(?:patient(?:in|e|en)?|pt|pat|paciente|paziente|pacjentk[ai]|pacjenta?)\b\.?"
    r"(?: (?:herself|himself|selbst|elle-meme|lui-meme|misma|mismo|stess[ao]|zelf|"
    r"sam[ao]?))?"
)
_THEIR = (
    r"(?:(?:also|auch|aussi|tambien|anche|ook|takze|the|her|his|their|die|der|deren|"
    r"dessen|ihre?|seine?|la|le|sa|son|su|sua|suo|el|il|de|haar|zijn|jej|jego) ){0,2}"
)
_AND = r" ?(?:,? (?:and|und|et|y|e|en|i|oraz|sowie|as well as)|[&+/]) "
_HAVE = (
    r"(?=\W{0,3}(?:both|each|all|have|has|had|with|were diagnosed|diagnosed|suffer\w*|"
    r"are known|haben|hatten|hatte|hat|beide\w*|mit|sind|waren|litten|erkrankt\w*|"
    r"ont|avaient|tou(?:te)?s (?:les )?deux|atteintes?|avec|ambas|ambos|con|"
    r"tienen|tuvieron|han|tenian|padecen|entramb[ei]|hanno|avevano|affett[ei]|"
    r"beiden|allebei|hebben|hadden|met|obie|oboje|obydwie|maja|mialy|mieli|choruja|"
    r"chorowaly|z)\b)"
)
_BOTH = r"(?:(?:both|beide|sowohl|zowel|zarowno|sia|tanto) )?"
_ASIAN_RELATIVE = (
    "(?:母親?|父親?|姉|妹|兄|弟|祖母|祖父|娘|息子|母亲|父亲|姐姐?|妹妹|哥哥|弟弟|姐妹|女儿|儿子|"
    "어머니|모친|아버지|부친|언니|누나|여동생|남동생|자매|형제|딸|아들)"
)
_ASIAN_OWN = "(?:患者(?:本人)?|病人|本人|환자(?: ?본인)?|본인)"
_ASIAN_AND = "(?: ?(?:と|および|及び|も|和|与|與|及其?|跟|、|와|과|및|도) ?)"
_ASIAN_HAVE = (
    "(?= ?(?:とも|共に|両方|いずれも|も|は|が|に|均|都|皆|患|同患|有|曾|"
    "모두|둘 ?다|도|가|이|는|은|에서))"
)
# Both are named as those who have it: the relative goes, the patient stays.
_JOINT = re.compile(
    rf"\b{_BOTH}{_THEIR}{_RELATIVE}{_AND}(?P<one>{_OWN}){_HAVE}"
    rf"|\b{_BOTH}(?P<two>{_OWN}){_AND}{_THEIR}{_RELATIVE}\b{_HAVE}"
    rf"|\b(?:in|bei|chez|en|nella|in|bij|u) {_BOTH}(?:{_THEIR}{_RELATIVE}{_AND}"
    rf"(?P<three>{_OWN})|(?P<four>{_OWN}){_AND}{_THEIR}{_RELATIVE})(?=\W*$|[.,;])"
    rf"|{_ASIAN_RELATIVE}{_ASIAN_AND}(?P<five>{_ASIAN_OWN}){_ASIAN_HAVE}"
    rf"|(?P<six>{_ASIAN_OWN}){_ASIAN_AND}{_ASIAN_RELATIVE}{_ASIAN_HAVE}",
    re.IGNORECASE,
)
# What follows is told of a relative as well: "as did her mother".
_LIKE = re.compile(
    r",? ?(?:\(|\b)(?:as (?:did|had|has|does|with|well as)|just like|like|"
    r"(?:and )?so (?:did|has|does)|same as|wie(?: auch)?|ebenso(?: wie)?|genau wie|"
    r"comme|tout comme|al igual que|igual que|como|cosi come|come|net als|zoals|"
    rf"evenals|(?:podobnie )?jak|tak jak) {_THEIR}{_RELATIVE}\b(?: (?:did|had|has|"
    r"auch|aussi|"
    r"tambien|anche|ook))?\)?(?=\W*$|[.,;])"
    rf"|{_ASIAN_RELATIVE}(?:親)?(?:と同様に?|と同じく|と同じ)|(?:与|和|同|跟)其?{_ASIAN_RELATIVE}"
    rf"(?:一样|相同)|{_ASIAN_RELATIVE}(?:와|과) ?(?:마찬가지로|같이|같은)",
    re.IGNORECASE,
)
# What is feared or denied "like her mother" is left as it is.
_FEARED = re.compile(
    r"\b(?:fear|afraid|worr|concern|risk|anxi|screen|prevent|angst|sorge|befurcht|"
    r"risiko|peur|crain|inquiet|risque|miedo|tem[ei]|preocup|riesgo|paura|rischio|"
    r"bang|bezorgd|risico|obaw|boi sie|strach|ryzyk|ask|wonder|looks? like|"
    r"not like|unlike|exclu|ruled out|den(?:y|ie)|negat|kein|ausgeschl|ecart|descart|"
    r"uitgesl|wyklucz|(?:no|not|without|ohne|pas|sans|sin|senza|geen|zonder|bez|"
    r"brak)\b)|"
    r"心配|不安|恐|担心|害怕|걱정|두려|なし|否定|除外|排除|没有|无|없|배제",
    re.IGNORECASE,
)
# What both were tested for, or told of, neither need have.
_TESTED = re.compile(
    r"\b(?:genetic\w*|genetisch\w*|genetique\w*|genetic[aoh]\w*|brca\w*|testing|"
    r"tested for|test (?:for|auf)|told of|informed|counsel\w*|aufgeklart|informes|"
    r"informad\w+|informat\w+|geinformeerd|poinformowan\w+|badani\w* genetyczn\w*)\b|"
    r"遺伝子?検査|遗传|基因检测|유전자 ?검사",
    re.IGNORECASE,
)
# A new part of the sentence, of which the patient is the subject.
_PATIENT_TOO = re.compile(
    rf"\b(?:{_THEIR}{_RELATIVE}) (?:had|has|with|hatte|hat|mit|avait|a eu|avec|tuvo|"
    rf"con|tenia|ha avuto|aveva|had|met|miala?|z)\b (?P<what>[^.;,\n]{{3,60}}),? ?"
    rf"(?:and |"
    rf"und |et |y |e |en |i |a )?(?P<own>{_OWN}) (?:also|too|as well|likewise|auch|"
    r"ebenso|ebenfalls|aussi|egalement|tambien|anche|ook|eveneens|takze|tez|rowniez)"
    r"(?=\W*$|[.;\n])",
    re.IGNORECASE,
)
_PATIENT_HAS = re.compile(
    rf",? (?:and|but|und|aber|et|mais|y|pero|e|ma|en|maar|i|ale) (?={_OWN} (?:\w+ )?"
    r"(?:had|has|with|was|is|hatte|hat|mit|ist|war|avait|a eu|a|tuvo|tiene|con|ha|"
    r"aveva|heeft|met|ma|miala?)\b)"
    rf"|, ?(?={_OWN} (?:\w+ )?(?:had|has|with|was|is|hatte|hat|mit|ist|war|avait|a eu|"
    r"tuvo|tiene|con|ha|aveva|heeft|met|ma|miala?)\b)",
    re.IGNORECASE,
)
_NAMES_OWN = re.compile(
    r"pa[tcz](?:ient|jent)|\bpt\b|\bpat\b|患者|病人|本人|환자|본인", re.IGNORECASE
)
_NAMES_RELATIVE = re.compile(rf"\b{_RELATIVE}\b|{_ASIAN_RELATIVE}", re.IGNORECASE)


def with_own_part(text: str) -> str:
    """Return the words without a relative of whom they tell what the patient has.

    Args:
        text: without accents.
    """
    if not _NAMES_RELATIVE.search(text):
        return text
    if not _FEARED.search(text):
        text = _LIKE.sub(" ", text)
    if not _NAMES_OWN.search(text) or _TESTED.search(text):
        return text
    text = _JOINT.sub(_patient_alone, text)
    return parted(_PATIENT_TOO.sub(r"\g<own> \g<what>", text))


def parted(text: str) -> str:
    """Begin a sentence where a relative's ends: "Mother had one, patient has two"."""
    if not (_NAMES_RELATIVE.search(text) and _NAMES_OWN.search(text)):
        return text
    return _PATIENT_HAS.sub(". ", text)


def _patient_alone(joint: re.Match[str]) -> str:
    return next(filter(None, joint.groups()), "") + " "
