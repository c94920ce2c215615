#!/bin/sh
# fetch.sh COMMIT DIGEST : the newer version into the checkout in which it is called, once its files have the digest that came
# by another way than the files (SECURITY.md). It is run as it was installed with the version before: what is new has not run yet.
set -eu
git fetch --quiet
found=$(git archive --format=tar "$1" | sha256sum | cut -d ' ' -f 1)
if [ "$found" != "$2" ]; then
  echo "the files of $1 have another digest, $found: nothing was taken" >&2
  exit 1
fi
if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
  echo "files of this checkout were changed: git status" >&2
  exit 1
fi
git merge --quiet --ff-only "$1"
