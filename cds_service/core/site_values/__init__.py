"""The values of a site: what it set, and what `validate` measured on its patients."""
