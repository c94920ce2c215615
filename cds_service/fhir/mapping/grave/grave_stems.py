"""Find parts of words that tell of something grave, by `grave-stems.toml`.

A name that no list knows is missed by its readers. A part of it often is not:
"borstkanker", "Tumorschmerzen". Such a word states nothing and leaves its entry open.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from cds_service.core.data_file import DataFile, read_toml
from cds_service.fhir.mapping.dates.written_days import (
    days_in,
    latest_of,
    with_plain_months,
)
from cds_service.fhir.mapping.files.language import Pattern
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.files.overlay import (
    file_in_force,
    missing_tables,
    required,
)
from cds_service.fhir.mapping.grave.measured_deficits import (
    retained_urine,
    weak_muscles,
)
from cds_service.fhir.mapping.texts.kept_texts import kept
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TEXT,
    PART,
    any_of_tables,
    folded,
)

FILE = "grave-stems.toml"
Words = Mapping[str, tuple[Pattern, ...]]

# Where a part of a text ends, and a space in languages that write none between words.
_NEXT_TO = re.compile(
    rf"{PART.pattern}|\n|(?<=[\u3040-\u9fff])[ \u3000]+(?=[\u3040-\u9fff])"
)
_SENTENCE = re.compile(r"[;。]|\.(?=\s|$)(?<!n\.)")
# What links an act of this time to a fall of another one.
_LINK = re.compile(
    r"[,:;、：]|\b(?:for|due|after|because|post|following|nach|bei|wegen|apres|pour|suite"
    r"|tras|por|para|dopo|per|na|po|voor|door|bij|przez|powodu)\b"
)
# A denial, or an anaesthetic, in a sentence on a numb leg.
_NOT_NUMB = re.compile(
    r"\b(?:no|not|denie[sd]|without|nor|resolved|improv\w*|kein\w*|nicht|ohne|rucklaufig"
    r"|regredient|pas|sans|aucune?|sin|niega|non|senza|nega|nessun\w*|geen|zonder|niet|bez"
    r"|brak|nie|block\w*|blockade|an?a?esth\w+ (?:block|wear)\w*|spinalan\w*"
    r"|lidocain\w*|ropivacain\w*|bupivacain\w*)\b|なし|無し|ない|消失した|改善|无|無|没有|未见|否认|缓解"
    r"|없|호전|부인"
)
FEW_WORDS = 4
# Around the name of a bone.
SIDES = re.compile(
    r"\W*(?:\b(?:left|right|bilateral|both|[lr]|links|rechts|li|re|beidseits|bds|gauche"
    r"|droite?|izquierd[ao]|derech[ao]|sinistr[ao]|destr[ao]|linker|rechter|lew[ay]"
    r"|praw[ay]|the|der|die|das|le|la|el|il|de|het)\b\W*|[左右]|좌측|우측)*"
)


class GraveStemsFile(DataFile):
    """`grave-stems.toml`: regular expressions on folded text, by language.

    Attributes:
        reviewed: a reader whom a site names has read the file.
        apart: what is taken out first: benign tumours, screening, other people.
        cancer_feared: phrases of somebody who fears a cancer, taken out as well.
        return_feared: words of somebody who fears that a cancer comes back.
        tumour: parts of words for tumours, their treatment, and those who treat them.
        infection: the same for infections of bone, spine or blood.
        deficit: the same for palsies and the spinal cord.
        care: the same for dialysis and the end of life.
        advice: when to come back or to call, which tells of nothing that is there.
        advice_of_now: words in such advice by which it is there already.
        no_deficit: what is taken out before `plain_deficit` and `worse` are sought.
        plain_deficit: deficits in plain speech, of which a denial is part.
        leg_muscle: muscles of a leg, of which a grade is told.
        numb_leg: a leg or a foot that is numb.
        numb_new: that it is new, or grows.
        residual_urine: what stays in the bladder, of which a volume is told.
        lost_limb: what such speech names of a leg, the saddle, bladder or bowel.
        lost_gait: the same of walking and standing.
        other_loss: what else keeps somebody from it, or that it always was so.
        back_pain: pain of the back alone, which is next to a loss and explains none.
        undenied: "cannot be excluded", in languages that no file of `texts/` reads.
        worse: what went wrong after an operation.
        complaint: a numb leg, urine that stays, pus, a head that was struck.
        complaint_known: that a complaint is old, or is only looked for.
        complaint_cause: a long-standing disease that brings it.
        complaint_new: that it is new all the same.
        fallen: a fall in the stay that ends.
        fall: a fall, wherever it was.
        in_room: where or when somebody fell who is in hospital.
        before_stay: where, when or how somebody fell before a stay.
        older_fall: of a fall, that it was earlier, or may come.
        just_now: times since an operation.
        broke_spine: that the spine broke, which led to the operation.
        searched: what an examination is to rule out.
        lasting_name: names that are long-standing, or a plan, unless more is said.
        leads_to_reason: words after which a title says why.
        examined: names of examinations.
        elsewhere: other bones than the spine.
        prevention: words that name a harm to be prevented.
        feared: words of somebody who fears it.
        emergency: what is done for a catastrophe: reanimation, a chest drain.
        rescue_called: a team that was called, or a move to intensive care, in the title
            of an order too.
        several: words for more than one fracture.
    """

    reviewed: bool
    apart: Words
    cancer_feared: Words
    return_feared: Words
    tumour: Words
    infection: Words
    deficit: Words
    care: Words
    advice: Words
    advice_of_now: Words
    no_deficit: Words
    plain_deficit: Words
    leg_muscle: Words
    numb_leg: Words
    numb_new: Words
    residual_urine: Words
    lost_limb: Words
    lost_gait: Words
    other_loss: Words
    back_pain: Words
    undenied: Words
    worse: Words
    complaint: Words
    complaint_known: Words
    complaint_cause: Words
    complaint_new: Words
    fallen: Words
    fall: Words
    in_room: Words
    before_stay: Words
    older_fall: Words
    just_now: Words
    broke_spine: Words
    searched: Words
    lasting_name: Words
    leads_to_reason: Words
    examined: Words
    elsewhere: Words
    prevention: Words
    feared: Words
    emergency: Words
    rescue_called: Words
    several: Words


class GraveStems:
    """The patterns of the file."""

    def __init__(self, content: GraveStemsFile) -> None:
        """Compile the file."""
        self._apart = any_of_tables(content.apart, content.cancer_feared)
        self._fears = any_of_tables(content.cancer_feared, content.return_feared)
        self._grave = any_of_tables(
            content.tumour, content.infection, content.deficit, content.care
        )
        self._infection = any_of_tables(content.infection)
        self._deficit = any_of_tables(content.deficit)
        self._several = any_of_tables(content.several)
        self._advice = any_of_tables(content.advice)
        self._of_now = any_of_tables(content.advice_of_now)
        self._no_deficit = any_of_tables(content.no_deficit)
        self._plain_deficit = any_of_tables(content.plain_deficit)
        self._leg_muscle = any_of_tables(content.leg_muscle)
        self._numb_leg = any_of_tables(content.numb_leg)
        self._numb_new = any_of_tables(
            content.numb_new, content.complaint_new, content.just_now
        )
        self._residual_urine = any_of_tables(content.residual_urine)
        self._lost_limb = any_of_tables(content.lost_limb)
        self._lost_gait = any_of_tables(content.lost_gait)
        self._other_loss = any_of_tables(content.other_loss)
        self._back_pain = any_of_tables(content.back_pain)
        self._worse = any_of_tables(content.worse)
        self._complaint = any_of_tables(content.complaint)
        self._complaint_known = any_of_tables(content.complaint_known)
        self._complaint_cause = any_of_tables(content.complaint_cause)
        self._complaint_new = any_of_tables(content.complaint_new)
        self._fallen = any_of_tables(content.fallen)
        self._fall = any_of_tables(content.fall)
        self._led_to_stay = any_of_tables(content.before_stay, content.broke_spine)
        self._older_fall = any_of_tables(content.older_fall)
        self._just_now = any_of_tables(content.just_now)
        self._here = any_of_tables(content.in_room, content.just_now)
        self._searched = any_of_tables(content.searched)
        self._lasting_name = any_of_tables(content.lasting_name)
        self._leads_to_reason = any_of_tables(content.leads_to_reason)
        self._examined = any_of_tables(content.examined)
        self._elsewhere = any_of_tables(content.elsewhere)
        self._prevention = any_of_tables(content.prevention)
        self._feared = any_of_tables(content.feared)
        self._emergency = any_of_tables(content.emergency)
        self._rescue_called = any_of_tables(content.rescue_called)
        self._undenied = any_of_tables(content.undenied)
        self._kept_plain_deficit = kept(self._has_plain_deficit)
        self._kept_advice = kept(self._without_advice)

    def are_in(self, words: str) -> bool:
        """Tell if a text has a part of a word that tells of something grave."""
        if len(words) > LONGEST_TEXT:
            return True
        return self.has_plain_deficit(words) or bool(
            self._grave.search(self._without_apart(words))
        )

    def has_plain_deficit(self, words: str) -> bool:
        """Tell if a text tells in plain speech of a deficit: "cannot pass urine".

        The denial is part of the deficit, so the whole text is looked at.
        """
        return self._kept_plain_deficit(words)

    def _has_plain_deficit(self, words: str) -> bool:
        plain = self.without_conditions(words)
        return bool(self._plain_deficit.search(plain) or self._measured_in(plain))

    def _measured_in(self, plain: str) -> list[str]:
        """List the parts in which a number tells of a weak leg or a full bladder.

        A leg that is newly numb is one too.
        """
        weak = weak_muscles(plain, self._leg_muscle)
        full = retained_urine(plain, self._residual_urine)
        return weak + full + [*filter(self._is_newly_numb, _SENTENCE.split(plain))]

    def _is_newly_numb(self, sentence: str) -> bool:
        return bool(
            self._numb_leg.search(sentence)
            and self._numb_new.search(sentence)
            and not self._complaint_cause.search(sentence)
            and not _NOT_NUMB.search(sentence)
        )

    def tells_of_loss(self, words: str) -> bool:
        """Tell if a text tells of a leg or a bladder that fails, and of nothing else.

        Somebody may be unable to walk for pain, breath or a broken hip. A leg that
        cannot be lifted has another cause only if the same part names one.
        """
        if not self.has_plain_deficit(words):
            return False
        plain, whole = self.without_conditions(words), folded(words[:LONGEST_TEXT])
        is_explained = bool(self._other_loss.search(whole))
        # "Bei Schmerzen" is among the conditions.
        is_whole = plain == whole or not is_explained
        if is_whole and self._has_lost_limb(plain):
            return True
        is_of_gait = self._lost_gait.search(plain) and not self._lost_limb.search(plain)
        return bool(is_of_gait) and not self._other_loss.search(self._painless(whole))

    def tells_of_lost_limb(self, words: str) -> bool:
        """Tell if a sentence tells of a leg or a bladder that fails of itself."""
        if not self.has_plain_deficit(words):
            return False
        return self._has_lost_limb(self.without_conditions(words))

    def _has_lost_limb(self, plain: str) -> bool:
        return any(map(self._is_limb_lost, PART.split(plain))) or not all(
            map(self._other_loss.search, self._measured_in(plain))
        )

    def _painless(self, words: str) -> str:
        """Leave out the parts that are of pain in the back, and of nothing else."""
        parts = _NEXT_TO.split(words)
        kept = [one for one in parts if not self._back_pain.fullmatch(one.strip())]
        return ", ".join(kept)

    def _is_limb_lost(self, part: str) -> bool:
        return bool(
            self._lost_limb.search(part)
            and self._plain_deficit.search(part)
            and not self._other_loss.search(part)
        )

    def without_conditions(self, words: str) -> str:
        """Return the folded text without what may come, and what to do if it does."""
        plain = self.without_advice(words[:LONGEST_TEXT])
        return self._no_deficit.sub(" ", folded(plain))

    def without_advice(self, words: str) -> str:
        """Return the text without when to come back, "return if fever".

        What such advice takes for there already, "if the weakness persists", stays.
        It is folded if it has such words, else as it was.
        """
        return self._kept_advice(words)

    def _without_advice(self, words: str) -> str:
        plain = folded(words)
        rest = self._advice.sub(self._unless_of_now, plain)
        return words if rest == plain else rest

    def _unless_of_now(self, advice: re.Match[str]) -> str:
        return advice[0] if self._of_now.search(advice[0]) else " "

    def is_worse(self, words: str) -> bool:
        """Tell if a text tells of what may have gone wrong after an operation."""
        plain = self.without_conditions(words)
        return bool(self._worse.search(plain)) or any(
            map(self._is_new_complaint, _SENTENCE.split(plain))
        )

    def _is_new_complaint(self, sentence: str) -> bool:
        is_numb = self._numb_leg.search(sentence) and not _NOT_NUMB.search(sentence)
        if not (is_numb or self._complaint.search(sentence)):
            return False
        if self._complaint_new.search(sentence):
            return True
        if self._complaint_cause.search(sentence):
            return False
        parts = [
            one
            for one in PART.split(sentence)
            if self._complaint.search(one) or self._numb_leg.search(one)
        ]
        return not all(map(self._complaint_known.search, parts or [sentence]))

    def is_fallen(self, words: str) -> bool:
        """Tell if a text tells of a fall in a hospital: "fell out of bed"."""
        return bool(self._fallen.search(folded(words[:LONGEST_TEXT])))

    def names_fall(self, words: str) -> bool:
        """Tell if a text names a fall, wherever it was."""
        return bool(self._fall.search(folded(words[:LONGEST_TEXT])))

    def is_fall_alone(self, title: str) -> bool:
        """Tell if a title names a fall, and nothing else."""
        plain = folded(title[:LONGEST_TEXT])
        rest, count = self._fall.subn(" ", plain)
        return bool(count) and not LETTER.search(rest)

    def may_be_of_fall(self, words: str, since: date | None = None) -> bool:
        """Tell if an act of these words may be for a fall in this stay.

        Another bone than the spine is examined for a fall, or the words say where or
        when, and nothing says that the fall led to the stay. A day does so if it is
        before the operation.

        Args:
            words: of a title or a reason.
            since: the day of the operation; without it no day says anything.
        """
        plain = with_plain_months(words[:LONGEST_TEXT])
        falls = [part for part in PART.split(plain) if self._fall.search(part)]
        new = [part for part in falls if not self._older_fall.search(part)]
        days = [named for part in falls for named in days_in(part)]
        if not new or (since and any(one < since for one in latest_of(days, since))):
            return False
        # A year or a month may be an earlier one, and decides nothing.
        exact = [one for one in days if one.day]
        is_dated = any(latest_of(exact, since)) if since else bool(exact)
        if any(
            self._is_at_fall(self._just_now, part)
            and not self._led_to_stay.search(part)
            for part in new
        ):
            return True
        if self._led_to_stay.search(plain):
            return False
        return bool(
            is_dated
            or self._is_at_fall(self._here, plain)
            or (self._examined.search(plain) and self._elsewhere.search(plain))
        )

    def _is_at_fall(self, place: re.Pattern[str], words: str) -> bool:
        """Tell if a time or a place is the fall's own: "fell today".

        "Physiotherapy today after fall" says when the training is.
        """
        places = [match.span() for match in place.finditer(words)]
        return any(
            _is_own(words, fall.span(), one)
            for fall in self._fall.finditer(words)
            for one in places
        )

    def is_prevention(self, words: str) -> bool:
        """Tell if a text names a harm to be prevented: "fracture prevention"."""
        return bool(self._prevention.search(folded(words[:LONGEST_TEXT])))

    def is_feared(self, words: str) -> bool:
        """Tell if a text names what somebody fears: "patient afraid of ONJ"."""
        return bool(self._feared.search(folded(words[:LONGEST_TEXT])))

    def without_fears(self, words: str) -> str | None:
        """Return the folded text without the cancers, or returns of one, it only fears.

        None if it fears none.
        """
        rest, found = self._fears.subn(" ", folded(words[:LONGEST_TEXT]))
        return rest if found else None

    def is_emergency(self, title: str) -> bool:
        """Tell if a procedure of this title was done for a catastrophe."""
        return bool(self._emergency.search(folded(title[:LONGEST_TEXT])))

    def is_rescue_called(self, title: str) -> bool:
        """Tell if a title is of a rescue team, or of a move to intensive care."""
        return bool(self._rescue_called.search(folded(title[:LONGEST_TEXT])))

    def is_examined_after_fall(self, title: str, since: date | None = None) -> bool:
        """Tell if a title is of an examination for a fall, and dates no earlier fall.

        Args:
            title: of an order or a procedure.
            since: the day of the operation; without it no day says anything.
        """
        plain = with_plain_months(title[:LONGEST_TEXT])
        is_old = self._led_to_stay.search(plain) or self._older_fall.search(plain)
        days = latest_of(days_in(plain), since) if since else []
        if is_old or (since and any(one < since for one in days)):
            return False
        return self.names_fall(plain) and bool(self._examined.search(plain))

    def without_undenied(self, words: str) -> str:
        """Return the folded text without what looks like a denial and is none."""
        return self._undenied.sub(" ", folded(words))

    def concepts_in(self, words: str) -> frozenset[str]:
        """Return what parts of its words tell of: an infection, a deficit."""
        plain = self._without_apart(words[:LONGEST_TEXT])
        parts = {
            "deep-infection": self._infection,
            "spinal-cord-disease": self._deficit,
        }
        return frozenset(name for name, part in parts.items() if part.search(plain))

    def is_searched(self, words: str) -> bool:
        """Tell if a text names what is to be ruled out and was not found."""
        return bool(self._searched.search(folded(words[:LONGEST_TEXT])))

    def is_lasting_name(self, name: str) -> bool:
        """Tell if a name alone tells of nothing new: "heart failure"."""
        return bool(self._lasting_name.fullmatch(folded(name[:LONGEST_TEXT])))

    def reasons_after(self, title: str) -> list[str]:
        """List what a title gives as its reasons: "home oxygen for embolism"."""
        return self._leads_to_reason.split(folded(title[:LONGEST_TEXT]))[1:]

    def is_other_bone(self, part: str) -> bool:
        """Tell if a part of a text is another bone than the spine, and its side."""
        remainder, found = self._elsewhere.subn(" ", folded(part[:LONGEST_TEXT]))
        return found > 0 and SIDES.fullmatch(remainder) is not None

    def are_several(self, words: str) -> bool:
        """Tell if a text names fractures in the plural."""
        return bool(self._several.search(folded(words[:LONGEST_TEXT])))

    def _without_apart(self, words: str) -> str:
        return self._apart.sub(" ", folded(words))


def _is_own(words: str, fall: tuple[int, int], place: tuple[int, int]) -> bool:
    """Tell if a time or place is next to a fall, and of no other act before it."""
    if place[0] >= fall[0]:
        between = words[fall[1] : place[0]]
        return len(between.split()) <= FEW_WORDS
    between = words[place[1] : fall[0]]
    return len(between.split()) <= FEW_WORDS and not _LINK.search(between)


def load_grave_stems(folders: Sequence[Path]) -> GraveStems:
    """Load the file in force.

    Raises:
        DataFileError: it is missing or wrong.
    """
    path = file_in_force(folders, FILE)
    tables = GraveStemsFile.model_fields.keys() - {"schema_version"}
    if path is not None and len(folders) > 1:
        names = read_toml(path).keys() - {"schema"}
        # A misspelt name has a message of its own, which explains the missing one.
        if names < tables:
            raise missing_tables(path, sorted(tables - names))
    return GraveStems(required(folders, FILE, GraveStemsFile)[1])
