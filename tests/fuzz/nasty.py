"""Values that break careless programs: texts, numbers, shapes, octets; and one strategy for each."""

import json
from typing import Any

from hypothesis import strategies as st

TEXTS = (
    *("", " ", "x", "null", "NaN", "-0", "1e999", "0x1f", "１２３", "\u0661", "true", "undefined", "None"),
    *("2026", "2026-11", "2026-11-20", "0001-01-01", "9999-12-31", "2026-02-30", "2026-11-20T24:00:00Z"),
    *("2026-11-20T09:00", "2026-11-20T09:00:00.123456789+14:00", "2016-12-31T23:59:60Z", "99999-01-01", "-2026-01-01"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-11-20T", "20261120", "2026-W47-5", "24:00:00"),
    *("Patient/", "Patient/stranger", "Patient/x/_history/1", "#", "#p", "urn:uuid:", "urn:uuid:stranger"),
    *("//x/Patient/y",),
    *("Patient?identifier=|", "Patient?identifier=a|b&x=%zz", "http://[::bad", "https://u:p@h:99999/x"),
    *("file:///etc/passwd",),
    *("http://127.0.0.1:1/fhir", "http://127.0.0.1:1/fhir/..", "http://localhost:0", "http://169.254.169.254/latest"),
    *("<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](http://evil.example/?q=1)"),
    *("http://evil.example/",),
    *("a|b", "`tick`", "# head", "**b**", "\n\n---\n", "&lt;b&gt;", "{{7*7}}", "{x}", "{0}", "%s%n", "$HOME", "\\"),
    *('"', "'"),
    *("=cmd()", "' OR 1=1 --", "../../etc/passwd", "a\r\nX: y", "\x1b[31m", "\x7f", "\u0085", "\u2028", "\ufeff"),
    *("\u202ex",),
    *("e\u0301" * 40, "\U0001f9b4", "\U000e0001", "\ufffe", "İ", "ß", "ﬀ", "K" * 65, "a" * 3000, "9" * 400),
    *("final", "draft", "active", "entered-in-error", "unknown", "male", "L1", "T12-L2", "L5-T1", "L1" * 200),
    *("C1 to S5",),
    *("kg", "g", "%", "mm2", "[lb_av]", "{T-score}", "furlong", "kg/m2/", "10*6/L", "m.s-1", "[hnsf'U]", "é", "1", "/"),
    *("ServiceRequest", "Bundle", "OperationOutcome", "Observation", "Patient", "Medication", "NoSuchType"),
    *("__class__",),
    *("__proto__", "constructor", "toString", "resourceType", "22514", "38267-1", "M62.84", "Balloon kyphoplasty L1"),
)
NUMBERS: tuple[float | int, ...] = (
    *(0, -0.0, 1, -1, 2, 7, 12, 64, 999, 10**6, 2**31, 2**53 + 1, -(2**63), 2**64, 10**30, -(10**60), 10**63),
    *(0.1, -2.5, 0.30000000000000004, 1e-9, 5e-324, 1e-310, 1e16, 1e22, 1e300, 1.7976931348623157e308, -1e308),
)
SHAPES: tuple[Any, ...] = (
    *(None, True, False, [], {}, [None], [[]], [{}], {"x": None}, {"": ""}, [[], {}], {"extension": []}),
    *({"coding": [{}]}, {"coding": {}}, {"coding": [None, 7]}, {"text": None}, {"reference": 7}, {"reference": {}}),
    *({"value": None}, {"value": "7"}, {"value": [1]}, {"value": 7, "unit": []}, {"value": 7, "comparator": "<"}),
    *({"start": 7}, {"end": "x"}, {"start": "9999-12-31", "end": "0001-01-01"}),
    *({"repeat": {"boundsDuration": {"value": 1e308}}},),
    *({"resourceType": "Bundle"}, {"resourceType": "Bundle", "entry": {}}),
    *({"resourceType": "Bundle", "entry": [None, 7, {}]},),
    {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]},
    {"resourceType": "OperationOutcome", "issue": "none"},
    {"resourceType": ["Patient"]},
    {"modifierExtension": [{"url": "https://example.org/not"}]},
    {"contained": [{"resourceType": "Patient", "id": "p"}]},
    json.loads("[" * 40 + "]" * 40),
    json.loads('{"a":' * 62 + "1" + "}" * 62),
    json.loads('{"extension":[' * 40 + "]}" * 40),
    list(range(300)),
    {str(number): number for number in range(300)},
)
JUNK: tuple[Any, ...] = (*TEXTS, *NUMBERS, *SHAPES)
OCTETS = (
    *(b"", b" ", b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xfe\xff", b'"', b"\\", b"\\u"),
    *(b"\\ud800",),
    *(b"\\u0000", b"{", b"}", b"[", b"]", b",", b":", b",,", b"NaN", b"-Infinity", b"1e999", b"-", b"01", b"1."),
    *(b"0x1",),
    *(b"9" * 5000, b"[" * 3000, b'{"a":' * 3000, b"[[[[" * 16, b"/* */", b"'", b"nul", b"\r\n", b"\x0b", b"\xc2\xa0"),
    *(b"\xe2\x80\xa8",),
)

junk = st.sampled_from(JUNK)
any_json = st.recursive(
    junk | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(TEXTS) | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def dump(document: Any) -> bytes:
    """The document as a client sends it; lone surrogates stay escaped."""
    return json.dumps(document).encode()
