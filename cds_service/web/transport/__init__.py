"""From bytes on a socket to whole requests, and back: receiving, the gate before work, the worker, start and stop."""
