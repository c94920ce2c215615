"""The hospital: its site folder, and what its tables say."""
