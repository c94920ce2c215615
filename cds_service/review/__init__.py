"""Who may look at the review pages: the hospital's own login by OpenID Connect."""
