"""Orders in: which are ours, at which levels. Orders out: what can be accepted with one click."""
