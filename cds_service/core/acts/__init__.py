"""Choose the acts that a card offers.

`rule_file.py` has the schema of a rule, `recommendations.py` chooses those that fire.
"""
