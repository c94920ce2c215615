"""SMART App Launch of the worksheet: authorization, session, and what is saved."""
