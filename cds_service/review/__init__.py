"""Login to the review pages through the hospital's OpenID Connect issuer."""
