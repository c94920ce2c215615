"""Step 6: assessment + recommendations -> at most two cards.

Texts come from `hooks/<service>/cards/`.
"""
