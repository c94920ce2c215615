"""Find the vertebrae of a text that are of something else: `RFA L3`, `L2 pedicle`.

The words are in `mappings/texts/`, `elsewhere`, `replaced`, `ablations`, `not-body` and
`plain` of `[vertebrae]`. Next to a part that names the operation with its vertebrae,
those of another part count only if all its words are known: `facet joint cyst L4/5`.
"""

import re
from collections.abc import Sequence

from cds_service.fhir.mapping.files.language import Joints, Vertebrae, any_of
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.plain.plain_patterns import PlainWords
from cds_service.fhir.mapping.texts.text_rules import without_accents

_HEALING = "heal|heil|union|consolid|konsolid|guer|cur|愈|治"


class OtherRules:
    """Tells if words around levels say that they are of something else."""

    def __init__(
        self,
        languages: Sequence[Vertebrae],
        joints: Sequence[Joints],
        known: Sequence[str] = (),
    ) -> None:
        """Compile the words.

        Args:
            languages: words about vertebrae.
            joints: words between others.
            known: plain words of reasons, which name no other thing at a
                level.
        """
        elsewhere, not_body, broken = (
            any_of(languages, name) for name in ("elsewhere", "not_body", "broken")
        )
        and_ = any_of(joints, "and_")
        # `RFA at L3`, `L3 RFA`; what a joint adds may be the operation.
        link = rf"(?:\s(?!{and_})\w{{1,3}}\.?)?\W*$"
        apart = rf"(?!\s?(?:[&+/]|{and_}))"
        fracture = rf"\s\w*(?:{broken})\w*"
        self._elsewhere = _compiled(elsewhere)
        self._person = _compiled(any_of(joints, "persons"))
        self._broken = _compiled(broken)
        denying, denied = (any_of(joints, name) for name in ("denying", "denied"))
        # `no fracture healing` tells of a fracture.
        any_fracture = rf"\w*(?:{broken})(?!\w*[ -]?(?:{_HEALING}))\w*"
        self._unbroken = _compiled(
            rf"(?:{denying})\W*{any_fracture}|{any_fracture}\s?(?:{denied})"
        )
        self._later = _compiled(any_of(languages, "later"))
        own = [word for one in languages for word in one.plain]
        self._plain = PlainWords([*own, *known], None)
        self._replaced = _compiled(rf"(?:{any_of(languages, 'replaced')})\W*$")
        self._broken_part = _compiled(rf"\s?(?:{not_body}){fracture}")
        self._before = _compiled(rf"(?:{elsewhere}){link}")
        self._after = _compiled(rf"\s?(?:{elsewhere}){apart}")
        self._part_before = _compiled(rf"(?:{not_body})(?:{fracture})?{link}")
        self._part_after = _compiled(rf"\s?(?:{not_body}){apart}")
        ablations = any_of(languages, "ablations")
        self._ablation_before = _compiled(rf"(?:{ablations}){link}")
        added = rf"(?:{and_}|{any_of(joints, 'with_')})"
        alone = rf"\s*(?:$|[,;.:)+&/、，；）·]|{and_}\W)"
        self._ablation_after = _compiled(rf"\W*(?:{added}\s*)?(?:{ablations}){alone}")
        self._alone = _compiled(alone)
        # What is between `L1` and `kyphoplasty`: `RFA with`, or after `RFA L1`: `with`.
        with_ = f"{any_of(joints, 'with_')}|{any_of(languages, 'ablated_with')}"
        self._ablation_with = _compiled(
            rf"\W*(?:{ablations})\W*(?:{and_}|{with_}|[+/&])\W*"
        )
        self._with = _compiled(rf"\W*(?:{with_})\W*")

    def is_elsewhere(self, clause: str) -> bool:
        """Tell if a part names a catheter, a room, a pain that radiates, or the like.

        A fracture in it is one to be treated, unless it is of a relative or denied:
        `edema L4 without collapse`.
        """
        plain = without_accents(clause)
        if self._person.search(plain) or self._unbroken.search(plain):
            return True
        is_broken = bool(self._broken.search(plain))
        return not is_broken and bool(self._elsewhere.search(plain))

    def is_known(self, clause: str) -> bool:
        """Tell if a part, without its levels, names a fracture or has known words only.

        Args:
            clause: the part, with blanks in place of its levels.
        """
        plain = without_accents(clause)
        if self._broken.search(plain):
            return True
        rest = self._later.sub(" ", plain)
        return not any(map(LETTER.search, self._plain.left_in(rest)))

    def is_next_to(self, before: str, after: str) -> bool:
        """Tell if words before or after levels are about these alone.

        Args:
            before: the words from the levels before them.
            after: all words after them.
        """
        before, after = without_accents(before), without_accents(after)
        if self._replaced.search(before):
            return True
        if self._before.search(before) or self._after.match(after):
            return not self._broken.match(after.lstrip())
        is_part = self._part_before.search(before) or self._part_after.match(after)
        return bool(is_part)

    def is_named_next_to(self, before: str, after: str) -> bool:
        """Tell if a disc, a root or another thing is named right next to levels.

        Args:
            before: the words from the levels before them.
            after: all words after them.
        """
        before, after = without_accents(before), without_accents(after)
        is_named = self._before.search(before) or self._after.match(after)
        return bool(is_named) and not self._broken.match(after.lstrip())

    def is_ablated(self, before: str, after: str) -> bool:
        """Tell if words next to a level name an ablation of it: `L1 RFA, L3 RFA`.

        Args:
            before: the words from the level before it.
            after: all words after it.
        """
        before, after = without_accents(before), without_accents(after)
        if self._ablation_after.match(after):
            return True
        is_named_before = self._ablation_before.search(before)
        return bool(is_named_before and self._alone.match(after))

    def is_ablated_with(self, before: str, between: str) -> bool:
        """Tell if a level is ablated, and treated with it: `L1 RFA with kyphoplasty`.

        Args:
            before: the words from the level before it.
            between: the words from it to the name of the operation.
        """
        before, between = without_accents(before), without_accents(between)
        if self._ablation_with.fullmatch(between):
            return True
        is_named_before = self._ablation_before.search(before)
        return bool(is_named_before and self._with.fullmatch(between))

    def is_broken_part(self, after: str) -> bool:
        """Tell if the words after a level are of a part of it that is broken."""
        return bool(self._broken_part.match(without_accents(after)))


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
