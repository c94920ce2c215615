"""Leave out what an EHR writes after a diagnosis for its billing.

Epic adds "(HCC)" to every diagnosis of a hierarchical condition category of the
American payers: to atrial fibrillation as to diabetes. The same letters are short for
hepatocellular carcinoma.
"""

import re

from cds_service.fhir.mapping.files.letters import LETTER

_MARK = re.compile(
    # the payer's name leaves no doubt: (CMS/HCC), (HHS-HCC)
    r"\s*\((?:CMS|HHS)\s?[/-]\s?HCC\)"
    # at the end of a name, before the next one of a list, or before its code
    r"|\s*\(HCC\)(?=\s*(?:$|[,;\n\[]))"
)
# Words next to which the letters may be the tumour: a finding in the liver, its
# treatment, and the liver in languages other than that of those payers.
_LIVER = r"\b(?:liver|hepat\w*|cirrho\w*)"
_FINDING = (
    r"\b(?:lesions?|mass(?:es)?|nodul\w*|tumou?rs?|neoplas\w*|malign\w*|foc(?:us|al|i)"
    r"|segments?|resect\w*|hepatectomy|ablat\w*|\d+(?:\.\d+)?\s?(?:cm|mm))\b"
)
_MAY_BE_TUMOUR = re.compile(
    rf"{_LIVER}.*{_FINDING}|{_FINDING}.*{_LIVER}"
    r"|\b(?:tace|tare|y-?90|bclc|li-?rads|afp|sorafenib|lenvatinib)\b"
    r"|leber|zirrhos|\bfoie\b|hépatique|cirrhose\b|h[ií]gado|fígado|hep[aá]tic[oa]\b"
    r"|fegato|epatic[oa]\b|cirros[ie]|wątrob|marskość|肝|癌|瘤",
    re.IGNORECASE | re.DOTALL,
)
_ORGAN_ALONE = re.compile(r"\W*(?:the )?liver\W*", re.IGNORECASE)
# Characters. No name is longer, and longer prose is returned as it is.
LONGEST_NAME = 1000


def without_billing_mark(name: str) -> str:
    """Return the name of a diagnosis without "(HCC)", unless that may be the tumour."""
    if "HCC)" not in name or len(name) > LONGEST_NAME:
        return name
    bare = _MARK.sub("", name)
    # the letters themselves are the name
    if not LETTER.search(bare) or _ORGAN_ALONE.fullmatch(bare):
        return name
    return name if _MAY_BE_TUMOUR.search(bare) else bare
