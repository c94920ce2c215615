"""The hospital's own login by OpenID Connect: its ID tokens, and the issuer that gives them."""
