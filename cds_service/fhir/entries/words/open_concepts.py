"""Concepts that say that an entry, or a list, was not understood."""

NOT_UNDERSTOOD = "not-understood"
# A value without a code, in a list that was asked for by codes.
UNNAMED = frozenset({"unnamed-value"})
MAY_BE_GRAVE = "may-be-grave"
# The entry may be the reason for a brace: nothing says that it leaves the spine alone.
MAY_NEED_BRACE = "may-need-brace"
UNCODED = frozenset({NOT_UNDERSTOOD, MAY_BE_GRAVE})
# Of a procedure or order that bills a drug, and does not say which.
UNKNOWN_DRUG = frozenset({"unknown-drug"})
# The words of the entry were too many to read them all.
UNREAD_WORDS = frozenset({"unread-words"})
# Work, home, money or schooling: a list with nothing else is no list of diseases.
SOCIAL = frozenset({"social"})
# A diagnosis without a code whose words are about the record, and name no disease: "no
# access to her history". It supports no "no".
OF_RECORD = frozenset({"of-record"})
