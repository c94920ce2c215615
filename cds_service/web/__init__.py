"""Shell towards HTTP: Flask lives here only."""
