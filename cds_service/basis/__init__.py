"""The basis of one answer: its signed address, its page, "what if". No web here."""
