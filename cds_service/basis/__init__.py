"""The basis of one answer: its signed address, what its page says and draws, and "what if". No web, nothing stored."""
