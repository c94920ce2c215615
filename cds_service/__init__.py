"""CDS Hooks service for kyphoplasty orders."""

__version__ = "0.2.0"
