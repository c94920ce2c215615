"""The commands of `kyphoplasty-cds`, one file each; `cli.py` registers them."""
