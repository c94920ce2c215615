"""Names of elements that mean the same in every resource."""

# By FHIR's definition these may change the meaning of all other elements.
MODIFIERS = frozenset({"modifierExtension", "implicitRules"})
# Elements that say of which patient a resource is.
WHOSE = ("subject", "patient")
# Elements of free words.
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
# Elements with the name of a person, at any depth: Dr Krebs is no cancer. A performer
# at the top may be a clinic: who reads an entry decides if that counts.
PEOPLE = frozenset(
    {
        "interpreter",
        "resultsInterpreter",
        "referrer",
        "authorReference",
        "individual",
    }
)
PERFORMER = "performer"
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
