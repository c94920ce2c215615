"""Read the files of `mappings/texts/`, and lay a site's files over ours."""
