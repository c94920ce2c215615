"""Step 6: make at most two cards of a conclusion.

Their sentences come from `hooks/<service>/`.
"""
