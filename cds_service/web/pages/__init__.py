"""Pages for people; `templates/` and `static/` of `web/` have their HTML and scripts.

`basis.py` and `handout.py` open signed addresses, `launch.py` what an EHR launches.
"""
