"""Read, check and join the files of `hooks/`, ours or a site's.

Each file here loads one kind; `service_hook.py` makes a service of them.
"""
