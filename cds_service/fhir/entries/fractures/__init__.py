"""Read which bone broke, and when, from the codes and words of one entry."""
