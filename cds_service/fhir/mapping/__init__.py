"""What codes and units mean: the files of `mappings/`, a site's over ours."""
