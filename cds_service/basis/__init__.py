"""Make the basis of an answer: its signed address, its page, "what if". No web here."""
