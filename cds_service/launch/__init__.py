"""SMART App Launch of the worksheet: authorization by an EHR, the session, and what is saved there."""
