"""SMART App Launch of the worksheet.

Authorization by an EHR, the session, and what is saved there.
"""
