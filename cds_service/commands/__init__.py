"""The commands of `kyphoplasty-cds`; `cli.py` registers them by `commands.toml`.

Each has a file. Those that share a subject share a folder: `audit_log/`, `connecting/`
(an EHR, a FHIR server), `mappings/`, `populations/`.
"""
