"""Names of elements that mean the same in every resource."""

# By FHIR's definition these may change the meaning of all other elements.
MODIFIERS = frozenset({"modifierExtension", "implicitRules"})
WORDED = frozenset(
    {
        "text",
        "display",
        "patientInstruction",
        "valueString",
        "valueMarkdown",
        "description",
        "comment",
        "title",
    }
)
# Who took part, and where: their names say nothing of the patient.
PEOPLE_AND_PLACES = frozenset(
    {
        "subject",
        "patient",
        "performer",
        "receiver",
        "recorder",
        "asserter",
        "requester",
        "informationSource",
        "location",
        "destination",
    }
)
