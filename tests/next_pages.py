"""Links to a next page that cannot be followed."""

ADDRESS = "https://ehr.example.org/fhir?page=2"
UNUSABLE = {
    "no URL": [{"relation": "next"}],
    "an empty URL": [{"relation": "next", "url": ""}],
    "a blank URL": [{"relation": "next", "url": " "}],
    "null for a URL": [{"relation": "next", "url": None}],
    "a number for a URL": [{"relation": "next", "url": 2}],
    "an object for a URL": [{"relation": "next", "url": {"value": ADDRESS}}],
    "no relation": [{"relation": "self", "url": ADDRESS}, {"rel": "next"}],
    "a relation as an address": [
        {"relation": "http://hl7.org/fhir/next", "url": ADDRESS}
    ],
    "an unknown relation": [{"relation": "more", "url": ADDRESS}],
    "a text for a link": ["next"],
    "a text for the links": "next",
}
