"""Turn resources into findings, with one reader for each kind of finding."""
