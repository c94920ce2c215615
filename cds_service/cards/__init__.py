"""Step 6: makes at most two cards of a conclusion.

Their sentences come from `hooks/<service>/`.
"""
