"""Read profiles of EHRs, `mappings/ehr/<name>.toml`.

A profile has facts on what one EHR sends and takes, each with its source, or unknown. A
source is a vendor's page or code on a certain day. A site that knows better overrides
single facts in `[clients.facts]` of `site.toml`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, Field, Strict, StringConstraints, model_validator

from cds_service.core.data_file import DataTable, data_root, read_toml, validated
from cds_service.errors import DataFileError
from cds_service.protocol.messages import HookInstances
from cds_service.site.fields import Text, Url, YesNo

EHR = "ehr"  # folder below `mappings/`
GENERIC = "generic"
OF_SITE = "site"  # the source of a fact that the site states itself
# Asymmetric ones alone: `none` and HS* can never be listed (CDS Hooks 2.0.1, "Trusting
# CDS Clients").
Algorithm = Literal[
    "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"
]
Actions = tuple[Literal["create", "update", "delete"], ...]
Texts = tuple[Text, ...]
Writes = Literal["transaction", "single"]
HandoutForm = Literal["Communication", "DocumentReference", "none"]
Count = Annotated[int, Strict(), Field(ge=1)]
ProfileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Value = TypeVar("Value")


class Source(DataTable):
    """The page where facts were read, and the day.

    Attributes:
        kind: the kind of source; a draft was never published, a run is our own test.
        read: the day on which it was read.
        dated: the day or month of the text, if it has one.
    """

    address: Text
    kind: Literal["vendor", "copy", "code", "run", "thread", "draft", "site"]
    read: date
    dated: Text | None = None


class Fact(DataTable, Generic[Value]):
    """One fact.

    Attributes:
        source: the name of its source.
        words: the words of the source.
    """

    value: Value
    source: Text = Field(alias="from")
    words: Text | None = None


Unknown = Literal["unknown"]


def value_of(fact: Fact[Value] | Unknown) -> Value | None:
    """Return the fact's value; None if it is unknown."""
    return None if isinstance(fact, str) else fact.value


class HookFacts(DataTable):
    """The hooks that it calls."""

    names: Fact[Texts] | Unknown = "unknown"


class TokenFacts(DataTable):
    """Facts on its tokens, and on the keys that verify them.

    Attributes:
        issuer: `iss` is the FHIR base, one value for all hospitals, or typed by hand.
        keys: the key set is found by the `jku` of the first token, in a list of sets,
            or not at all.
        audience: `aud` is the called address, or typed by hand.
    """

    algorithms: Fact[tuple[Algorithm, ...]] | Unknown = "unknown"
    issuer: Fact[Literal["fhir-base", "fixed", "typed"]] | Unknown = "unknown"
    issuer_value: Fact[Text] | Unknown = "unknown"
    keys: Fact[Literal["jku", "index", "none"]] | Unknown = "unknown"
    key_index: Fact[Url] | Unknown = "unknown"
    kid: Fact[Text] | Unknown = "unknown"
    audience: Fact[Literal["called-url", "typed"]] | Unknown = "unknown"
    lifetime_seconds: Fact[Count] | Unknown = "unknown"
    tenant: Fact[YesNo] | Unknown = "unknown"


class RequestFacts(DataTable):
    """Facts on its calls.

    Attributes:
        url: the address under which its calls are registered.
        needs: scopes without which it leaves something out of its calls.
        scope_names: scopes as its screens call them, by our resource types.
        prefetch: the source of its queries.
        prefetch_length: characters of the longest query that it takes.
        empty: the form of a query that found nothing.
        drafts: resource types of draft orders.
    """

    url: Fact[Text] | Unknown = "unknown"
    fhir: Fact[Text] | Unknown = "unknown"
    hook_instance: Fact[HookInstances] | Unknown = "unknown"
    scopes: Fact[Literal["names", "smart"]] | Unknown = "unknown"
    scope_names: Fact[Mapping[Text, Texts]] | Unknown = "unknown"
    needs: Fact[Texts] | Unknown = "unknown"
    prefetch: Fact[Literal["discovery", "typed", "own-keys", "none"]] | Unknown = (
        "unknown"
    )
    prefetch_tokens: Fact[Texts] | Unknown = "unknown"
    prefetch_length: Fact[Count] | Unknown = "unknown"
    empty: Fact[Literal["outcome", "null", "absent", "bundle"]] | Unknown = "unknown"
    drafts: Fact[Texts] | Unknown = "unknown"
    draft_codes: Fact[Texts] | Unknown = "unknown"
    draft_level: Fact[Text] | Unknown = "unknown"
    time_out_seconds: Fact[Annotated[float, Field(gt=0)]] | Unknown = "unknown"


class AnswerFacts(DataTable):
    """Facts on its use of an answer.

    Attributes:
        cards: the number of cards that it shows.
        detail: the richest form of text that it renders.
        shown: the text of a suggestion that its users read.
        orderables: it places any new order, or only one that has a code of the site.
        order_systems: code systems of orders that it can place.
        handout: the form in which it takes a page for the patient.
        reasons: it shows override reasons, maps them to its own, or drops them.
        drops: parts of an answer that it does not use.
    """

    cards: Fact[Count] | Unknown = "unknown"
    summary_length: Fact[Count] | Unknown = "unknown"
    detail: Fact[Literal["html", "gfm", "commonmark", "plain"]] | Unknown = "unknown"
    detail_length: Fact[Count] | Unknown = "unknown"
    indicators: Fact[Texts] | Unknown = "unknown"
    width: Fact[Text] | Unknown = "unknown"
    shown: Fact[Literal["label", "description"]] | Unknown = "unknown"
    actions: Fact[Actions] | Unknown = "unknown"
    resources: Fact[Texts] | Unknown = "unknown"
    actions_per_suggestion: Fact[Count] | Unknown = "unknown"
    selection: Fact[Texts] | Unknown = "unknown"
    orderables: Fact[Literal["any", "mapped-only"]] | Unknown = "unknown"
    order_systems: Fact[Texts] | Unknown = "unknown"
    order_details: Fact[Literal["kept", "ignored"]] | Unknown = "unknown"
    handout: Fact[HandoutForm] | Unknown = "unknown"
    links: Fact[Literal["any", "listed"]] | Unknown = "unknown"
    app_context: Fact[YesNo] | Unknown = "unknown"
    topic_pattern: Fact[Text] | Unknown = "unknown"
    reasons: Fact[Literal["shown", "mapped", "dropped"]] | Unknown = "unknown"
    system_actions: Fact[Text] | Unknown = "unknown"
    drops: Fact[Texts] | Unknown = "unknown"


class ServerFacts(DataTable):
    """Facts on its FHIR server.

    Attributes:
        writes: it takes several resources as one transaction, or one at a time.
    """

    writes: Fact[Writes] | Unknown = "unknown"


class FeedbackFacts(DataTable):
    """Facts on the feedback that it sends.

    Attributes:
        reason: members that hold an override's reason.
    """

    sends: Fact[YesNo] | Unknown = "unknown"
    when: Fact[Text] | Unknown = "unknown"
    reason: Fact[Texts] | Unknown = "unknown"


class PlaceFacts(DataTable):
    """The screens on which its team sets things, in the vendor's words."""

    url: Fact[Text] | Unknown = "unknown"
    jwt: Fact[Text] | Unknown = "unknown"
    scopes: Fact[Text] | Unknown = "unknown"
    prefetch: Fact[Text] | Unknown = "unknown"
    orderables: Fact[Text] | Unknown = "unknown"
    reasons: Fact[Text] | Unknown = "unknown"


class About(DataTable):
    """`[profile]`: the product, and the day on which to read its sources again."""

    title: Text
    review: date
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class StatedFact:
    """One fact of a profile, with its place.

    Attributes:
        group: table of the profile.
        key: key in that table.
        value: the value; None if it is unknown.
        source: the source; None if the fact is unknown or the site's own.
        source_name: name of the source in the profile.
    """

    group: str
    key: str
    value: Any = None
    source: Source | None = None
    source_name: str = ""
    is_of_site: bool = False

    @property
    def name(self) -> str:
        return f"{self.group}.{self.key}"


class Profile(DataTable):
    """One EHR."""

    schema_version: Literal[1] = Field(alias="schema")
    profile: About
    sources: Mapping[Text, Source] = Field(default_factory=dict)
    hooks: HookFacts = HookFacts()
    token: TokenFacts = TokenFacts()
    request: RequestFacts = RequestFacts()
    answer: AnswerFacts = AnswerFacts()
    server: ServerFacts = ServerFacts()
    feedback: FeedbackFacts = FeedbackFacts()
    places: PlaceFacts = PlaceFacts()

    @model_validator(mode="after")
    def _names_its_sources(self) -> Self:
        for group, key, fact in self._facts():
            if isinstance(fact, Fact) and fact.source not in (*self.sources, OF_SITE):
                raise ValueError(f"{group}.{key}: no source {fact.source} in sources")
        return self

    @property
    def title(self) -> str:
        return self.profile.title

    def facts(self) -> Iterator[StatedFact]:
        """Yield all facts in the file's order, unknown ones too."""
        for group, key, fact in self._facts():
            if isinstance(fact, str):
                yield StatedFact(group, key)
                continue
            source = self.sources.get(fact.source)
            yield StatedFact(
                group,
                key,
                fact.value,
                source,
                fact.source,
                is_of_site=source is None,
            )

    def _facts(self) -> Iterator[tuple[str, str, Any]]:
        for group in GROUPS:
            table: BaseModel = getattr(self, group)
            for name in type(table).model_fields:
                yield group, name.replace("_", "-"), getattr(table, name)

    def with_facts(
        self, stated_facts: Mapping[str, Mapping[str, Any]], file: Path, place: str
    ) -> "Profile":
        """Return the profile with the facts that a site states itself.

        Args:
            stated_facts: plain values, by group and key.
            file: the site's `site.toml`.
            place: key of the table in it.

        Raises:
            DataFileError: a fact has no such group or key, or another form.
        """
        changed = {}
        for group, facts in stated_facts.items():
            if group not in GROUPS:
                groups = ", ".join(GROUPS)
                raise DataFileError(
                    str(file), f"{place}.{group}", f"is none of {groups}"
                )
            table: DataTable = getattr(self, group)
            values = {
                key: value if value == "unknown" else {"value": value, "from": OF_SITE}
                for key, value in facts.items()
            }
            try:
                site_table = validated(type(table), values, file)
            except DataFileError as error:
                raise _fault_of_site(error, file, f"{place}.{group}") from None
            names = site_table.model_fields_set
            update = {name: getattr(site_table, name) for name in names}
            changed[group] = table.model_copy(update=update)
        return self.model_copy(update=changed)


def _fault_of_site(error: DataFileError, file: Path, place: str) -> DataFileError:
    """Return the fault of a site's plain value, by its own key."""
    of_values = (fault for fault in error.faults if ".value" in fault.key)
    fault = next(of_values, error.faults[0])
    message = str(fault).rpartition(f"{fault.key}: ")[2]
    return DataFileError(str(file), f"{place}.{fault.key.split('.')[0]}", message)


GROUPS = ("hooks", "token", "request", "answer", "server", "feedback", "places")


def profile_folders(overlays: Sequence[Path]) -> tuple[Path, ...]:
    """Return the folders of profiles: ours, then those of these overlays."""
    return tuple(root / EHR for root in (data_root("mappings"), *overlays))


def profile_names(folders: Sequence[Path]) -> Mapping[str, Path]:
    """Return the file in force of each profile, by name."""
    paths = (path for folder in folders for path in sorted(folder.glob("*.toml")))
    return {path.stem: path for path in paths}


def load_profile(name: str, folders: Sequence[Path]) -> Profile:
    """Load the profile of this name.

    Raises:
        DataFileError: it is faulty.
        KeyError: there is none.
    """
    path = profile_names(folders)[name]
    return validated(Profile, read_toml(path), path)
