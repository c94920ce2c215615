"""From resources to findings: one reader for each kind of fact."""
