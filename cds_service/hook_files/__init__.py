"""Read, check and join the files of `hooks/`, ours or a site's.

Each module reads one kind of file; `service_hook.py` makes a service of them.
"""
