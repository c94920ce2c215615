"""Recognise what is harmless here: names of diseases, and acts.

`harmless.py` and `harmless_acts.py` support a "no". `everyday_diseases.py` does not: it
knows the diseases about which a discharge need not ask. `everyday_orders.py` knows the
orders that look for nothing grave, `bystander_rules.py` what no brace depends on.
"""
