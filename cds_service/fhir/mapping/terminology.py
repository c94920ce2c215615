"""Translate codes to concepts: by value sets, a site's local codes, coded answers.

A *concept* is the id of a value set in `mappings/valueset/`, or a code in one of our
own code systems in `mappings/codesystem/`; if both exist, they are the same concept.
Words name concepts as a last resort. This module matches codes;
`codes/mapping_files.py` reads and checks the files.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cds_service.core.data_file import Faults
from cds_service.fhir.mapping.codes.caution_codes import load_caution_codes
from cds_service.fhir.mapping.codes.code_systems import (
    LONGEST_CODE,
    Listed,
    load_code_systems,
)
from cds_service.fhir.mapping.codes.complication_codes import load_complication_codes
from cds_service.fhir.mapping.codes.expansions import outdated, read_expansions
from cds_service.fhir.mapping.codes.harmless_codes import load_harmless_codes
from cds_service.fhir.mapping.codes.mapping_files import (
    LocalCode,
    read_answer_maps,
    read_local_codes,
    read_own_codes,
    read_value_sets,
)
from cds_service.fhir.mapping.codes.official_titles import FILE as OFFICIAL_TITLES
from cds_service.fhir.mapping.codes.official_titles import (
    OfficialTitlesFile,
    is_quiet,
    sorted_titles,
)
from cds_service.fhir.mapping.codes.side_codes import load_side_codes
from cds_service.fhir.mapping.dates.years import YearWords
from cds_service.fhir.mapping.drug_table import load_drugs
from cds_service.fhir.mapping.durations.durations import load_durations
from cds_service.fhir.mapping.files.language import (
    Language,
    Speller,
    any_of,
    lacking_tables,
    read_languages,
)
from cds_service.fhir.mapping.files.overlay import required
from cds_service.fhir.mapping.files.units import load_units
from cds_service.fhir.mapping.grave.grave_stems import load_grave_stems
from cds_service.fhir.mapping.grave.search_parts import load_search_parts
from cds_service.fhir.mapping.harmless.bystander_rules import load_bystanders
from cds_service.fhir.mapping.harmless.everyday_diseases import (
    FILE as EVERYDAY_DISEASES,
)
from cds_service.fhir.mapping.harmless.everyday_diseases import (
    EverydayDiseases,
    EverydayDiseasesFile,
)
from cds_service.fhir.mapping.harmless.everyday_orders import load_everyday_orders
from cds_service.fhir.mapping.harmless.harmless import HarmlessFile, HarmlessTitles
from cds_service.fhir.mapping.harmless.harmless_acts import load_harmless_acts
from cds_service.fhir.mapping.levels.from_words import LevelRules
from cds_service.fhir.mapping.levels.level_names import LevelNames
from cds_service.fhir.mapping.measured.names import MeasureNames, NamesFile
from cds_service.fhir.mapping.measured.report_numbers import (
    ReportNumbers,
    ReportNumbersFile,
)
from cds_service.fhir.mapping.measured.report_words import ReportsFile, ReportWords
from cds_service.fhir.mapping.plain.plain_words import load_all_plain, plain_of_braces
from cds_service.fhir.mapping.texts.both import PartOfPatient
from cds_service.fhir.mapping.texts.clauses import (
    BORDER,
    NOTHING,
    ClauseReader,
    JointPatterns,
)
from cds_service.fhir.mapping.texts.excepted_denials import ExceptedDenials
from cds_service.fhir.mapping.texts.fresh_event_names import load_fresh_event_names
from cds_service.fhir.mapping.texts.naming_rules import (
    KINDS,
    METHODS,
    load_naming_rules,
)
from cds_service.fhir.mapping.texts.readable import (
    Languages,
    LanguagesFile,
    with_letters,
)
from cds_service.fhir.mapping.texts.text_rules import (
    SPINE,
    SPINES,
    Place,
    TextRule,
    TextRules,
    blanks,
    text_rules,
)
from cds_service.fhir.raw_json import LISTS
from cds_service.fhir.site_calendar import UTC_CALENDAR, SiteCalendar

Code = tuple[str, str]

# Records repeat the same codes, so this many lookups are kept, of codes up to
# `LONGEST_CODE`.
REMEMBERED = 4096
BONE_DRUGS = "bone-drug"
# The concept maps of body sites at the spine.
SITE_MAPS = ("vertebral-level", "vertebral-level-icd", "spinal-region")
SUSPICION = "suspicion"  # the concept whose words call a diagnosis suspected
TESTED = ("only-tested-or-told",)  # a rule of `kinds/`
NEVER = r"(?!)"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
# ICD-10: the fifth character of a broken vertebra is 0 (closed) or 1 (open). ICD-10-CM:
# no letter but X comes before the seventh.
ODD_FRACTURES = {
    ICD_10: re.compile(r"S[123]2\.[0-27](?:[2-9X]|\d.).*"),
    ICD_10_CM: re.compile(r"[A-Z]\d\d\.\d{1,2}[A-WYZ].*"),
}


class Match(NamedTuple):
    """One coding that belongs to a concept.

    Attributes:
        code: `system|code` in canonical spelling; of a local code, the standard one
            that the site's map gives, if it gives one.
        unit: UCUM unit that a site's local code implies, for a value without one; empty
            if it implies none.
    """

    concept: str
    code: str
    unit: str = ""


def _joints(
    languages: Collection[Language], suspicion: TextRule | None
) -> JointPatterns:
    """Compile the words between two names, before an aside, and around a denial."""
    joints = [one.joints for one in languages]
    exceptions = [one.exception for one in languages]
    by = any_of(exceptions, "by")
    and_, or_ = any_of(joints, "and_"), any_of(joints, "or_")
    several = rf"[,;:/&+(\u3001\uff0c]|{and_}|{or_}"
    aside = rf"[,(\uff08\uff0c\u3001]|\s[-\u2013\u2014]\s|{any_of(joints, 'with_')}"
    words = "|".join(suspicion.any) if suspicion else NEVER
    return JointPatterns(
        several=re.compile(several),
        aside=re.compile(aside),
        suspicion=re.compile(words),
        contrast=re.compile(rf"{any_of(joints, 'contrast')}|\b(?:{by})\b"),
        turned=re.compile(any_of(joints, "turned")),
        excepted=ExceptedDenials(exceptions),
        found=re.compile(any_of(joints, "found")),
        relatives=re.compile(any_of(joints, "relatives")),
        persons=re.compile(any_of(joints, "persons")),
        border=re.compile(rf"{BORDER}|{and_}"),
        in_list=re.compile(rf"(?P<and_>{and_})|{or_}"),
        denying=re.compile(any_of(joints, "denying")),
        denied=re.compile(rf"\W*(?:{any_of(joints, 'denied')})"),
        shown=re.compile(any_of(joints, "shown")),
    )


class Terminology:
    """Membership of codes in concepts, by the files in `mappings/`.

    Immutable after loading.

    `matches` and `concepts` translate codes, and `text_concepts` words. Readers that
    know more of a text are attributes, each by a file or folder of `mappings/`:

    | attribute                       | by                                        |
    |---------------------------------|-------------------------------------------|
    | units                           | units.toml                                |
    | methods, kinds                  | methods.toml, kinds/                      |
    | names_of_measures               | names.toml                                |
    | reports, report_numbers         | reports.toml, report-numbers.toml         |
    | drugs                           | drugs.toml                                |
    | plain                           | the folders plain-words/, plain-…-words/  |
    | harmless, harmless_acts         | harmless.toml, harmless-acts.toml         |
    | everyday, everyday_diseases     | everyday-orders.toml, …-diseases.toml     |
    | bystanders                      | bystanders.toml                           |
    | grave_stems, search_parts       | grave-stems.toml, search-parts.toml       |
    | fresh_event_names               | fresh-events.toml                         |
    | complication_codes, side_codes  | complication-codes.toml, side-codes.toml  |
    | caution_codes                   | caution-codes.toml                        |
    | languages                       | languages.toml                            |
    | clauses, level_names, levels    | texts/: denials, vertebrae                |
    | durations, years, speller       | texts/: times, abbreviations              |

    Attributes:
        calendar: which day of the site a date or time of its records means.
        own_words: of our order templates, as a pattern.
        lacking_tables: notes for `mappings check` on languages without words that
            decide a "no" or the length of a brace.
    """

    def __init__(self, *folders: Path, calendar: SiteCalendar = UTC_CALENDAR) -> None:
        """Load `mappings/` with a site's overlay.

        A later file replaces one of the same name.

        Args:
            folders: `mappings/`, and the overlays that lie over it.
            calendar: the site's.

        Raises:
            DataFileError: a file is unreadable, is not what it claims to be, or holds
                an invalid code.
        """
        self.calendar = calendar
        # The words of our order templates, set once these are read.
        self.own_words = re.compile(NEVER)
        faults = Faults()
        with faults:
            self._read_codes(folders, faults)
        self._read_measures(folders, faults)
        with faults:
            names = required(folders, "names.toml", NamesFile)
        with faults:
            harmless = required(folders, "harmless.toml", HarmlessFile)[1]
        with faults:
            official = required(folders, OFFICIAL_TITLES, OfficialTitlesFile)[1]
        with faults:
            diseases = required(folders, EVERYDAY_DISEASES, EverydayDiseasesFile)[1]
        with faults:
            known = required(folders, "languages.toml", LanguagesFile)[1]
        with faults:
            languages = self._read_texts(folders)
        faults.stop()
        bone_drugs = self.drugs.names_of(BONE_DRUGS)
        self.plain = load_all_plain(folders, self.durations, bone_drugs)
        # needs the systems and the plain words, so these have to be sound
        self.bystanders = load_bystanders(folders, self._systems, self.plain.braces)
        self.grave_stems = load_grave_stems(folders)
        self.search_parts = load_search_parts(folders)
        self.fresh_event_names = load_fresh_event_names(folders)
        self.everyday = load_everyday_orders(
            folders, self.bystanders, self.plain, self.grave_stems
        )
        self._compile_texts(languages)
        self.languages = Languages(known, languages, self.names)
        lettered = with_letters(languages, names[1].letters)
        of_names = Languages(known, lettered, self.names)
        self.names_of_measures = MeasureNames(*names, self.languages, of_names)
        self._index_codes()
        # last, since the codes of the titles have to be known
        titles = sorted_titles(official, self.complication_codes, self.excludes)
        self.harmless = HarmlessTitles(harmless, titles, self._is_code_plain)
        everyday = self.harmless.everyday
        of_before = self.harmless.not_everyday_when_new
        self.everyday_diseases = EverydayDiseases(diseases, everyday, of_before)
        self.harmless_names = EverydayDiseases.of_harmless_names(
            diseases, everyday, of_before
        )

    def _read_texts(self, folders: tuple[Path, ...]) -> Mapping[str, Language]:
        """Read the words of all languages, and what is compiled of them first."""
        languages = read_languages(folders)
        self._texts = text_rules(languages)
        is_plain = plain_of_braces(folders).are_all
        self.durations = load_durations(folders, languages, is_plain)
        self.years = YearWords(
            [one.years for one in languages.values()],
            [one.durations.months for one in languages.values()],
        )
        return languages

    def _compile_texts(self, languages: Mapping[str, Language]) -> None:
        """Compile what reads texts by the words of all languages."""
        self.lacking_tables = tuple(lacking_tables(languages))
        self.speller = Speller(languages.values())
        reasons = self.plain.reasons.words
        words = [*languages.values()]
        self.level_names = LevelNames(words)
        self.levels = LevelRules(words, self.level_names, self.text_places, reasons)
        self._drug_rules = TextRules(self.drugs.words, None)
        joints = _joints(languages.values(), self._texts.get(SUSPICION))
        self._part_of_patient = PartOfPatient(
            [one.joints for one in words], self._is_less
        ).of
        self.clauses = ClauseReader(
            self.text_places,
            self.ruled_out_places,
            self.plain.denials.are_all,
            joints,
            self._part_of_patient,
        )
        # Compiled before the workers fork: they share it, and no first answer waits.
        self._rules_among: dict[frozenset[str] | None, TextRules] = {
            frozenset(self._texts): self._compiled_rules(self._texts)
        }

    def _is_less(self, words: str) -> bool:
        """Tell if folded words deny, fear or prevent what they name, or test for it."""
        stems = self.grave_stems
        is_feared = stems.is_feared(words) or stems.is_prevention(words)
        is_tested = bool(self.kinds.named(words, TESTED))
        return is_feared or is_tested or self.clauses.denies(words)

    def _own_parts(self, words: str) -> Iterator[str]:
        """Yield folded words without those about a relative, or that rule nothing out.

        An everyday risk does not, nor does "despite prophylaxis" or "not excluded".
        """
        yield self._part_of_patient(words)
        yield self.grave_stems.without_other_risks(words)
        yield self.grave_stems.without_failed_prevention(words)
        yield self.clauses.joints.turned.sub(self._blanks_if_open, words)
        yield self.clauses.without_excepted(words)

    def _blanks_if_open(self, denial: re.Match[str]) -> str:
        """Return blanks for "not excluded"; "no new" stays."""
        is_open = self.clauses.joints.suspicion.search(denial[0])
        return blanks(denial) if is_open else denial[0]

    def _compiled_rules(self, rules: Mapping[str, TextRule]) -> TextRules:
        return TextRules(rules, self._texts.get(SPINE), self._own_parts)

    def _index_codes(self) -> None:
        """Keep what each code that is listed names."""
        self._by_code, self._classes = self._index(), self._index_of_classes()
        self._known = {
            code: self._matches_of(*code)
            for code in (*self._by_code, *self._local_codes)
        }
        self._as_written = dict(self._known)

    def _read_codes(self, folders: tuple[Path, ...], faults: Faults) -> None:
        """Read the code systems, and all that is told by codes.

        Raises:
            DataFileError: the code systems, or our own codes, are faulty: the rest
                cannot be read without them.
        """
        systems = self._systems = load_code_systems(*folders)
        with faults:
            self._value_sets = read_value_sets(folders, systems)
        with faults:
            self._expansions = read_expansions(folders, systems)
        with faults:
            self.drugs = load_drugs(folders, systems)
        own_codes = self._own_codes = read_own_codes(folders)
        with faults:
            self._local_codes = read_local_codes(folders, systems, own_codes)
        with faults:
            self._answer_maps = read_answer_maps(folders, systems)
        with faults:
            self._harmless_codes = load_harmless_codes(folders, systems)
        with faults:
            self.complication_codes = load_complication_codes(folders, systems)
        with faults:
            self.harmless_acts = load_harmless_acts(folders, systems)
        with faults:
            self.side_codes = load_side_codes(folders, systems)
        with faults:
            self.caution_codes = load_caution_codes(folders, systems)

    def _read_measures(self, folders: tuple[Path, ...], faults: Faults) -> None:
        """Read how values are measured, and how reports print them."""
        with faults:
            self.units = load_units(folders)
        with faults:
            self.methods = load_naming_rules(folders, METHODS)
        with faults:
            self.kinds = load_naming_rules(folders, KINDS)
        with faults:
            reports = required(folders, "reports.toml", ReportsFile)[1]
            self.reports = ReportWords(reports)
        with faults:
            numbers = required(folders, "report-numbers.toml", ReportNumbersFile)[1]
            self.report_numbers = ReportNumbers(numbers)

    def _index(self) -> Mapping[Code, tuple[str, ...]]:
        """Index the concepts of every enumerated code, including our own codes."""
        index: dict[Code, set[str]] = {}
        for concept, rules in self._value_sets.items():
            for code in rules.included.codes:
                index.setdefault(code, set()).add(concept)
        for concept, system in self._own_codes.items():
            index.setdefault((system, concept), set()).add(concept)
        return {code: tuple(sorted(concepts)) for code, concepts in index.items()}

    def _index_of_classes(self) -> Mapping[str, tuple[str, ...]]:
        """Index the value sets with classes or exclusions by their systems."""
        index: dict[str, dict[str, None]] = {}
        for concept, (included, excluded) in self._value_sets.items():
            for system, _ in (*included.classes, *excluded.codes, *excluded.classes):
                index.setdefault(system, {})[concept] = None
        return {system: tuple(concepts) for system, concepts in index.items()}

    @property
    def names(self) -> frozenset[str]:
        """List every concept that a code can belong to."""
        return (
            frozenset(self._value_sets)
            | frozenset(self._own_codes)
            | self.drugs.concepts
        )

    def outdated_expansions(self) -> tuple[str, ...]:
        """List notes for `mappings check` on expansions whose filter has changed."""
        roots = {
            name: [code for _, code in rules.included.roots]
            for name, rules in self._value_sets.items()
        }
        return tuple(outdated(self._expansions, roots))

    @property
    def map_ids(self) -> frozenset[str]:
        """Return the ids of the concept maps."""
        return frozenset(self._answer_maps)

    def matches(self, codeable: Any) -> tuple[Match, ...]:
        """List every concept that the codings of a CodeableConcept belong to.

        Args:
            codeable: raw JSON of one, or of a list of them. What is neither matches
                nothing: `coding: [{}]`, null, plain text.
        """
        if not codeable:
            return ()
        matches: list[Match] = []
        for code in _codes(codeable):
            known = self._as_written.get(code)
            if known is None:
                known = self._read(code)
            if known:
                matches += known
        return tuple(dict.fromkeys(matches))

    def codings(self, codeable: Any) -> list[Code]:
        """List the normalised system and code of each coding."""
        return [self._systems.normalise(*code) for code in _codes(codeable)]

    def is_mapped_here(self, codeable: Any) -> bool:
        """Tell if the site's own map explains a coding of this CodeableConcept."""
        if not self._local_codes:
            return False
        return any(
            self._systems.normalise(*code) in self._local_codes
            for code in _codes(codeable)
        )

    def knows(self, system: str, code: str) -> bool:
        """Tell if this code belongs to any concept."""
        known = self._as_written.get((system, code))
        if known is None:
            known = self._read((system, code))
        return bool(known)

    def has_unread_end(self, codeable: Any) -> bool:
        """Tell if a code names something, and ends as no code of its system does.

        The fifth character of ICD-10 says if a fracture is open, and of a German code
        which vertebra it is of: under the URI of ICD-10 the others are not understood.
        """
        for code in _codes(codeable):
            system, canonical = self._systems.normalise(*code)
            spec = self._systems.specs.get(system)
            if spec is None or not self.knows(*code):
                continue
            odd = ODD_FRACTURES.get(system)
            if not spec.has_shape(canonical) or (odd and odd.fullmatch(canonical)):
                return True
        return False

    def concepts_anywhere(self, code: str) -> frozenset[str]:
        """Return the concepts that this code belongs to in whatever system."""
        systems = {*self._systems.specs, *(system for system, _ in self._known)}
        return self.concepts([{"system": system, "code": code} for system in systems])

    def identifies(self, kind: Listed, codeable: Any) -> bool:
        """Tell if a coding alone identifies an entry of such a list, ours or not."""
        return bool(self._identifying(kind, codeable))

    def _is_code_plain(self, code: str) -> bool:
        """Tell if a code of ICD-10 is everyday, harmless and of no value set."""
        normal = self._systems.normalise(ICD_10_CM, code)
        return (
            is_quiet(ICD_10_CM, code, self.complication_codes)
            and self._harmless_codes.holds(*normal)
            and not self.knows(ICD_10_CM, code)
        )

    def excludes(self, codeable: Any) -> bool:
        """Tell if a condition's codes alone say what it is, or that it is harmless.

        Each code that identifies a condition by itself must be in a value set, or in a
        range of `harmless-codes.toml`: any other may be a tumour, an infection, a palsy
        or a fracture.
        """
        codes = self._identifying("conditions", codeable)
        return bool(codes) and all(
            self.knows(*code)
            or self._harmless_codes.holds(*self._systems.normalise(*code))
            for code in codes
        )

    def is_social(self, codeable: Any) -> bool:
        """Tell if a condition's codes name work, home, money or schooling alone."""
        return self._are_all(codeable, self._harmless_codes.is_social)

    def trains_back(self, codeable: Any) -> bool:
        """Tell if a condition's codes name complaints for which the back is trained."""
        return self._are_all(codeable, self._harmless_codes.is_for_training)

    def is_complaint(self, codeable: Any) -> bool:
        """Tell if a condition's codes name complaints, and neither tumour nor cause."""
        return self._are_all(codeable, self._harmless_codes.is_complaint)

    def is_elsewhere(self, codeable: Any) -> bool:
        """Tell if a condition's codes are of chapters of other organs than bone."""
        return self._are_all(codeable, self._harmless_codes.is_elsewhere)

    def suffices(self, codeable: Any) -> bool:
        """Tell if a condition's codes count, whatever is written next to them.

        They do if one is not vague, has no vague one of its system next to it, and
        `excludes` holds.
        """
        codes = self._identifying("conditions", codeable)
        normal = [self._systems.normalise(*code) for code in codes]
        clear = [code for code in normal if not self._harmless_codes.is_vague(*code)]
        systems = {system for system, _ in clear}
        is_mixed = any(
            system in systems for system, code in normal if (system, code) not in clear
        )
        return bool(clear) and not is_mixed and self.excludes(codeable)

    def _are_all(self, codeable: Any, holds: Callable[[str, str], bool]) -> bool:
        """Tell if codes identify a condition, and this holds for each of them."""
        codes = self._identifying("conditions", codeable)
        return bool(codes) and all(
            holds(*self._systems.normalise(*code)) for code in codes
        )

    def _identifying(self, kind: Listed, codeable: Any) -> list[Code]:
        """Return the codes that identify an entry of such a list by themselves."""
        codes = _codes(codeable)
        if self._local_codes:  # a site's map may give standard codes for them
            mapped = [
                self._local_codes.get(self._systems.normalise(*code), ())
                for code in codes
            ]
            codes += [(to.system, to.code) for targets in mapped for to in targets]
        return [code for code in codes if self._systems.identifies(kind, *code)]

    def concepts(self, codeable: Any) -> frozenset[str]:
        """Return the concepts that a CodeableConcept belongs to."""
        if not codeable:  # as most elements are
            return NOTHING
        matches = self.matches(codeable)
        return frozenset([match.concept for match in matches]) if matches else NOTHING

    def codes(self, concept: str) -> tuple[Code, ...]:
        """List the enumerated codes of a concept and those that a site maps to it.

        They are sorted. Classes of codes are not enumerated.

        Raises:
            KeyError: there is no such concept.
        """
        if concept not in self.names:
            raise KeyError(concept)
        listed = (*self._by_code.items(), *self.drugs.codes.items())
        enumerated = {code for code, concepts in listed if concept in concepts}
        return tuple(sorted(enumerated | self.local_codes(concept)))

    def local_codes(self, concept: str) -> frozenset[Code]:
        """Return the local codes that a site maps to a concept."""
        local = (
            (code, to) for code, targets in self._local_codes.items() for to in targets
        )
        return frozenset(
            code
            for code, to in local
            if concept in self._concepts_of(to.system, to.code)
        )

    def local_meanings(self, system: str, code: str) -> tuple[LocalCode, ...]:
        """List the meanings that the site's maps give this code."""
        return self._local_codes.get(self._systems.normalise(system, code), ())

    def implied_units(self) -> Iterator[tuple[str, str, str]]:
        """Yield each local code that implies a unit, with each concept of it.

        The third item is the unit as the map writes it.
        """
        for (_, code), targets in self._local_codes.items():
            for to in targets:
                if not to.unit:
                    continue
                for concept in self._concepts_of(to.system, to.code):
                    yield code, concept, to.unit

    def translate(self, map_id: str, codeable: Any) -> tuple[str, ...]:
        """Translate a coded answer to its target codes, sorted; there may be none.

        The map is `mappings/conceptmap/<map_id>.json`.

        Raises:
            KeyError: there is no such map.
        """
        answers = self._answer_maps[map_id]
        codes = (self._systems.normalise(*code) for code in _codes(codeable))
        targets = (target for code in codes for target in answers.get(code, ()))
        return tuple(sorted(set(targets)))

    def is_spinal_site(self, codeable: Any) -> bool:
        """Tell if the code of a body site is a vertebra or a region of the spine."""
        return any(self.translate(name, codeable) for name in SITE_MAPS)

    def names_spine(self, words: str) -> bool:
        """Tell if words name a vertebra or the spine."""
        return bool(self.levels.named(words) or self.text_concepts(words, SPINES))

    def answers(self, map_id: str) -> frozenset[str]:
        """Return every target code of a concept map for answers.

        Raises:
            KeyError: there is no such map.
        """
        return frozenset(
            target
            for targets in self._answer_maps[map_id].values()
            for target in targets
        )

    def text_concepts(
        self, text: str, among: frozenset[str] | None = None
    ) -> frozenset[str]:
        """Return the concepts that a text names, by the words of `mappings/texts/`.

        This is a last resort; callers must disclose its use.

        Args:
            text: a text from a record or an order.
            among: the concepts to look for; None for all that codes may belong to. The
                others (sides, routes, words that make an order another one) have to be
                asked for by name.
        """
        if not isinstance(text, str):
            return NOTHING
        return frozenset(self.text_places(text, among))

    def text_places(
        self,
        text: str,
        among: frozenset[str] | None = None,
        site_words: str | None = "",
    ) -> Mapping[str, tuple[int, int]]:
        """Return those of `text_concepts` with their first place in `folded(text)`.

        Args:
            site_words: other words about the body site, next to which short names
                count; None if these never count.
        """
        return self._rules_of(among).places(text, site_words)

    def ruled_out(
        self, text: str, among: frozenset[str] | None = None
    ) -> frozenset[str]:
        """Return concepts that a text names and rules out: `no diabetes`.

        Args:
            text: a text from a record or an order.
            among: as in `text_concepts`.
        """
        return frozenset(self.ruled_out_places(text, among))

    def ruled_out_places(
        self, text: str, among: frozenset[str] | None = None
    ) -> Mapping[str, tuple[int, int]]:
        """Find where in `folded(text)` concepts are named that its words rule out."""
        return self._rules_of(among).ruled_out_places(text)

    def _rules_of(self, among: frozenset[str] | None) -> TextRules:
        rules = self._rules_among.get(among)
        if rules is None:  # few distinct sets are requested, all of them constants
            wanted = self.names if among is None else among
            chosen = {one: rule for one, rule in self._texts.items() if one in wanted}
            rules = self._rules_among[among] = self._compiled_rules(chosen)
        return rules

    def drug_words(self, text: str) -> frozenset[str]:
        """Return the ingredients and drug groups that a text names, by `drugs.toml`.

        Any other drug is `other-drug`.
        """
        return frozenset(self.drug_places(text))

    def drug_places(self, text: str) -> Mapping[str, Place]:
        """Find where a text names ingredients and drug groups, in `folded(text)`."""
        return self._drug_rules.places(text)

    def _read(self, code: Code) -> tuple[Match, ...]:
        """Return the matches of a code in a spelling that is not known yet."""
        system, canonical = self._systems.normalise(*code)
        known = self._known.get((system, canonical))
        if known is None:
            known = self._matches_of(system, canonical) if canonical else ()
        if len(code[0]) + len(code[1]) <= LONGEST_CODE:
            if len(self._as_written) >= len(self._known) + REMEMBERED:
                self._as_written = dict(self._known)
            self._as_written[code] = known
        return known

    def _matches_of(self, system: str, code: str) -> tuple[Match, ...]:
        printed = f"{system}|{code}"
        own = (Match(concept, printed) for concept in self._concepts_of(system, code))
        targets = self._local_codes.get((system, code), ())
        systems = self._systems.specs
        standard = {
            to: f"{to.system}|{to.code}" if to.system in systems else printed
            for to in targets
        }
        local = (
            Match(concept, standard[to], to.unit)
            for to in targets
            for concept in self._concepts_of(to.system, to.code)
        )
        return (*own, *local)

    def _concepts_of(self, system: str, code: str) -> tuple[str, ...]:
        concepts: set[str] = set()
        excluded: set[str] = set()
        for ancestor in self._systems.lineage(system):
            classes = self._classes.get(ancestor, ())
            concepts |= {
                *self._by_code.get((ancestor, code), ()),
                *self.drugs.concepts_of(ancestor, code),
            }
            concepts |= {
                name
                for name in classes
                if self._value_sets[name].included.holds(ancestor, code)
            }
            concepts |= {
                name
                for name, expansion in self._expansions.items()
                if expansion.holds(ancestor, code)
            }
            excluded |= {
                name
                for name in classes
                if self._value_sets[name].excluded.holds(ancestor, code)
            }
        return tuple(sorted(concepts - excluded))


def _codes(codeable: Any) -> list[Code]:
    """List the system and code of each coding, as written."""
    if isinstance(codeable, LISTS):
        return [code for one in codeable for code in _codes(one)]
    if not isinstance(codeable, dict):
        return []
    codings = codeable.get("coding", codeable)
    if not isinstance(codings, LISTS):
        codings = [codings]
    codes = []
    for coding in codings:
        if isinstance(coding, dict):
            system, code = coding.get("system"), coding.get("code")
            if isinstance(system, str) and isinstance(code, str):
                codes.append((system, code))
    return codes
