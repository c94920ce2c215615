"""The commands of `kyphoplasty-cds`, one file each; `cli.py` above says which there are."""
