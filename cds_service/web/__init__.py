"""The HTTP side of the service; only this package uses Flask."""
