"""Build patterns of plain denials from words that deny and words they may deny.

A word that denies is plain only together with what it denies: "no fracture, subluxation
or bony lesion", but not "no biopsy of the lesion".
"""

from cds_service.core.data_file import Closed
from cds_service.fhir.mapping.files.language import Pattern


class DenialList(Closed):
    """The table `denied` of a file of `plain-report-words/`.

    Attributes:
        before: what denies the words after it, with what may come between: `no evidence
            of`.
        after: what denies the words before it.
        adjectives: words before a thing.
        things: what may be denied.
        qualities: words after a thing.
        joints: words before the last thing of a list.
        limits: words after a thing by which less is denied: `sin metástasis recientes`
            may leave old ones.
    """

    before: tuple[Pattern, ...] = ()
    after: tuple[Pattern, ...] = ()
    adjectives: tuple[Pattern, ...] = ()
    things: tuple[Pattern, ...] = ()
    qualities: tuple[Pattern, ...] = ()
    joints: tuple[Pattern, ...] = ()
    limits: tuple[Pattern, ...] = ()

    @property
    def patterns(self) -> tuple[str, ...]:
        """Return a pattern for the denials of one thing or of a list.

        Commas continue the list only if one of `joints` follows: in "no fracture,
        metastasis of T12" the second thing is not denied.
        """
        if not self.things:
            return ()
        thing = f"{_some(self.adjectives, after=' ?')}(?:{'|'.join(self.things)})"
        thing += _some(self.qualities, before=" ?")
        listed = thing
        if self.joints:
            joint = f",? ?(?:{'|'.join(self.joints)}) ?"
            listed = f"{thing}(?:(?:, ?{thing})*{joint}{thing})*"
        if self.limits:
            # Atomic, to the end of a word: no shorter denial is found before a limit.
            listed = f"(?>{listed}(?![a-z0-9]))(?! ?(?:{'|'.join(self.limits)}))"
        denied = [f"(?:{one}) ?{listed}" for one in self.before]
        return (*denied, *(f"{listed} ?(?:{one})" for one in self.after))


def _some(words: tuple[str, ...], *, before: str = "", after: str = "") -> str:
    """Return a pattern for any number of these words, each with a space at a side."""
    return f"(?:{before}(?:{'|'.join(words)}){after})*" if words else ""
