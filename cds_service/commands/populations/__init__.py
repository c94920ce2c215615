"""Commands about many patients: what was done, and how well the models fit."""
