"""The page that a patient takes home, and what a site sets for it."""
