"""Check at the start what a site wrote: its tables, examples and confirmed codes."""
