"""Load the lists of plain words, one for each kind of text.

A text is a brace order, a dose, a referral, an order of rehabilitation, a note on a
value, the place of a value, a report of any kind, of bone density or of a check after
the operation, the reason of an order, the title of a disease with a code, the dosage of
any drug, what an imaging study is called, a complication that there was not, or an
order of activity. Each kind has a folder in `mappings/`; `plain-words/` is for brace
orders, and `plain-dose-words/` for bone drugs.

A word that is not in the list is not understood: no brace is shortened against the
words of its author, and nothing counts as a dose, an order or a value against the words
next to it. The lists name what is harmless, never what is not.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from cds_service.core.data_file import read_toml, validated
from cds_service.fhir.mapping.durations.durations import DurationRules
from cds_service.fhir.mapping.files.language import Examples, Pattern
from cds_service.fhir.mapping.files.overlay import files_in_force
from cds_service.fhir.mapping.plain.bound_words import BoundList, BoundWords, all_plain
from cds_service.fhir.mapping.plain.denial_lists import DenialList
from cds_service.fhir.mapping.plain.ellipses import Ellipses
from cds_service.fhir.mapping.plain.plain_patterns import PlainWords

BRACES = "plain-words"
DOSES = "plain-dose-words"
REFERRALS = "plain-referral-words"
TRAINING = "plain-training-words"
VALUES = "plain-value-words"
REPORTS = "plain-report-words"
REASONS = "plain-reason-words"
TITLES = "plain-title-words"
DENSITIES = "plain-density-words"
PLACES = "plain-place-words"
CEMENT = "plain-cement-words"
DOSAGES = "plain-dosage-words"
STUDIES = "plain-study-words"
COMPLICATIONS = "plain-complication-words"
ACTIVITIES = "plain-activity-words"
KINDS = (
    BRACES,
    DOSES,
    REFERRALS,
    TRAINING,
    VALUES,
    REPORTS,
    REASONS,
    TITLES,
    DENSITIES,
    PLACES,
    CEMENT,
    DOSAGES,
    STUDIES,
    COMPLICATIONS,
    ACTIVITIES,
)


class PlainWordsFile(Examples):
    """A file of one of the folders.

    Attributes:
        words: patterns of the plain words.
        earlier: in a report, words that call a fracture an old one.
        others: in a report, words by which a broken vertebra is not new, or not the
            only one.
        sound: in a report, the words of a sentence that names a vertebra and does not
            say that it broke.
        findings: in the title of an examination, those of `words` that may name what it
            found.
        preparing: in a referral, those of `words` by which a visit only prepares for
            the drug that it names.
        stay: in an order of rehabilitation, those of `words` that may be of the
            ward, so that training may end with the stay.
        organs: in a report, ordinary findings of other organs. They are no words of a
            fracture, so none of `bound` is plain next to them.
        material: after an operation, names of the cement and of filling. In a sentence
            with one of them no word of `organs` is plain, nor is one of `beyond`.
        beyond: places next to a vertebra, where cement leaked.
        named: of complications, names of grave illness that is no deficit.
        course: of an operation, how it went and what was used.
        composed: words of its note, which compose.
        denied: in a report, what denies, and what it may deny.
        bare: in a report, words that name nothing found: places, examinations.
        shown: in a report, words by which something is there. A part of these and
            `bare` alone, behind a denial, is about what was denied.
        bound: in a reason, words that are plain only next to the fracture.
    """

    words: tuple[Pattern, ...] = Field(min_length=1)
    earlier: tuple[Pattern, ...] = ()
    others: tuple[Pattern, ...] = ()
    sound: tuple[Pattern, ...] = ()
    organs: tuple[Pattern, ...] = ()
    material: tuple[Pattern, ...] = ()
    beyond: tuple[Pattern, ...] = ()
    findings: tuple[Pattern, ...] = ()
    preparing: tuple[Pattern, ...] = ()
    stay: tuple[Pattern, ...] = ()
    named: tuple[Pattern, ...] = ()
    course: tuple[Pattern, ...] = ()
    composed: tuple[Pattern, ...] = ()
    denied: DenialList = DenialList()
    bare: tuple[Pattern, ...] = ()
    shown: tuple[Pattern, ...] = ()
    bound: BoundList = BoundList()


class Besides(NamedTuple):
    """Plain words of a kind of text that may also give a reason.

    Attributes:
        alone: the words of its own folder. A text of these alone is plain.
        mixed: these with the plain words of reasons, of which some are plain only next
            to the fracture.
    """

    alone: PlainWords
    mixed: PlainWords


class PlainLists(NamedTuple):
    """The plain words of each kind of text.

    Attributes:
        sound: as in `PlainWordsFile`.
        others: as in `PlainWordsFile`.
        organs: as in `PlainWordsFile`.
        denials: the denials of reports, each with what it denies.
        ellipses: parts that say where a denied thing is.
        bound: words that are plain only next to the fracture, in a reason.
        bound_in_titles: the same in a title, where its plain words count too.
        densities: words of reports of bone density, with those of reports, values and
            reasons.
        places: words of a place that is a vertebral body.
        checks: words of a check after the operation, with those of reports.
        cemented: the same without `organs`: where cement may be.
        material: as in `PlainWordsFile`.
        beyond: as in `PlainWordsFile`.
        dosages: words of a dosage of any drug.
        studies: words by which imaging studies and their series are called.
        findings: those of them that may name what was found.
        scans: the words of studies and of a check after the operation.
        preparing: as in `PlainWordsFile`.
        lasting: words of an order of rehabilitation without `stay`.
        staying: those of `stay` alone.
        complications: what says that an operation had none.
        complications_named: names of grave ones that are no deficit.
        course: how an operation went, and what was used.
        notes: the same with the words that compose its note. No length of time is
            plain: a deficit that was not there "for two days" is there now.
        activities: words of an order of activity.
    """

    braces: PlainWords
    doses: PlainWords
    referrals: PlainWords
    training: PlainWords
    lasting: PlainWords
    staying: PlainWords
    values: PlainWords
    reports: PlainWords
    reasons: PlainWords
    titles: PlainWords
    sound: PlainWords
    others: PlainWords
    organs: PlainWords
    denials: PlainWords
    ellipses: Ellipses
    bound: BoundWords
    bound_in_titles: BoundWords
    densities: PlainWords
    places: PlainWords
    checks: PlainWords
    cemented: PlainWords
    material: PlainWords
    beyond: PlainWords
    dosages: Besides
    studies: Besides
    findings: PlainWords
    scans: PlainWords
    preparing: PlainWords
    complications: PlainWords
    complications_named: PlainWords
    course: PlainWords
    notes: PlainWords
    activities: PlainWords

    def by_folder(self) -> Mapping[str, PlainWords]:
        """Return the lists by the folder of their files."""
        return {
            BRACES: self.braces,
            DOSES: self.doses,
            REFERRALS: self.referrals,
            TRAINING: self.training,
            VALUES: self.values,
            REPORTS: self.reports,
            REASONS: self.reasons,
            TITLES: self.titles,
            DENSITIES: self.densities,
            PLACES: self.places,
            CEMENT: self.checks,
            DOSAGES: self.dosages.alone,
            STUDIES: self.studies.alone,
            COMPLICATIONS: self.complications,
            ACTIVITIES: self.activities,
        }


def load_all_plain(
    folders: Sequence[Path], durations: DurationRules, bone_drugs: Sequence[str]
) -> PlainLists:
    """Load the plain words of each kind of text, from all files of its folder together.

    Args:
        folders: `mappings/`, and the overlays that lie over it.
        durations: reads lengths of time. In a dose and in a note on a value they are
            not plain.
        bone_drugs: names of bone drugs, which are plain next to a dose.

    Raises:
        DataFileError: a file is wrong.
    """
    files = {kind: _files(folders, kind) for kind in KINDS}
    words = {kind: _listed(of_kind, "words") for kind, of_kind in files.items()}
    bound = [file.bound for file in files[REASONS]]
    reasons = [*words[REASONS], *all_plain(bound)]
    titles, values = words[TITLES], words[VALUES]
    of_reports, of_cement = files[REPORTS], files[CEMENT]
    operated = files[COMPLICATIONS]
    denied = [pattern for file in of_reports for pattern in file.denied.patterns]
    reports = [*words[REPORTS], *denied]
    organs = _listed(of_reports, "organs")
    densities = [*words[DENSITIES], *reports, *values, *reasons]
    cemented = [*words[CEMENT], *reports]
    training = words[TRAINING]
    of_stay = {*_listed(files[TRAINING], "stay")}
    lasting = [word for word in training if word not in of_stay]
    course = _listed(operated, "course")
    denials = PlainWords(denied, None)
    bare, shown = _listed(of_reports, "bare"), _listed(of_reports, "shown")
    return PlainLists(
        braces=PlainWords(words[BRACES], durations),
        doses=PlainWords([*words[DOSES], *bone_drugs], None),
        referrals=PlainWords(words[REFERRALS], durations),
        training=PlainWords(training, durations),
        lasting=PlainWords(lasting, None),
        staying=PlainWords(sorted(of_stay), None),
        values=PlainWords(values, None),
        reports=PlainWords(
            [*reports, *organs], durations, _listed(of_reports, "earlier")
        ),
        reasons=PlainWords(reasons, durations),
        titles=PlainWords(titles, durations),
        sound=PlainWords(_listed(of_reports, "sound"), durations),
        others=PlainWords(_listed(of_reports, "others"), None),
        organs=PlainWords(organs, None),
        denials=denials,
        ellipses=Ellipses(bare, shown, denials),
        bound=BoundWords(bound, reasons, reports, durations),
        bound_in_titles=BoundWords(bound, [*reasons, *titles], reports, durations),
        densities=PlainWords(densities, durations),
        places=PlainWords(words[PLACES], None),
        checks=PlainWords([*cemented, *organs], durations),
        cemented=PlainWords(cemented, durations),
        material=PlainWords(_listed(of_cement, "material"), None),
        beyond=PlainWords(_listed(of_cement, "beyond"), None),
        dosages=_besides(words[DOSAGES], reasons, durations),
        studies=_besides(words[STUDIES], reasons, durations),
        findings=PlainWords(_listed(files[STUDIES], "findings"), None),
        scans=PlainWords([*words[STUDIES], *words[CEMENT]], durations),
        preparing=PlainWords(_listed(files[REFERRALS], "preparing"), None),
        complications=PlainWords(words[COMPLICATIONS], None),
        complications_named=PlainWords(_listed(operated, "named"), None),
        course=PlainWords(course, durations),
        notes=PlainWords([*course, *_listed(operated, "composed")], None),
        activities=PlainWords(words[ACTIVITIES], durations),
    )


def _besides(
    words: Sequence[str], reasons: Sequence[str], durations: DurationRules
) -> Besides:
    mixed = PlainWords([*words, *reasons], durations)
    return Besides(PlainWords(words, durations), mixed)


def plain_of_braces(folders: Sequence[Path]) -> PlainWords:
    """Load the plain words of brace orders; lengths of time are not read.

    Raises:
        DataFileError: a file is wrong.
    """
    return PlainWords(_listed(_files(folders, BRACES), "words"), None)


def _files(folders: Sequence[Path], folder: str) -> list[PlainWordsFile]:
    paths = files_in_force(folders, folder, ".toml").values()
    return [validated(PlainWordsFile, read_toml(path), path) for path in paths]


def _listed(files: Sequence[PlainWordsFile], name: str) -> list[str]:
    """Return the words of this list of all files."""
    return [word for file in files for word in getattr(file, name)]
