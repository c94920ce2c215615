"""Step 6: assessment + recommendations -> at most three cards. Texts come from `hooks/<service>/cards/`."""
