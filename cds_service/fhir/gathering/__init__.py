"""The record of one request: prefetch first, then the server, each resource picked and read alone."""
