#!/bin/sh
# Builds what a release consists of, from a clean checkout that carries its tag:
# the wheel, the list of what ships, their checksums and, where Docker runs, the image.
#   deploy/release.sh        (make release calls it, from the top of the checkout)
set -eu
cd "$(dirname "$0")/.."

refuse() {
  echo "$1" >&2
  exit 1
}

version=$(.venv/bin/python -c 'import cds_service; print(cds_service.__version__)')
test -z "$(git status --porcelain)" ||
  refuse "The checkout holds changes that are not committed: commit or remove them."
test "$(git describe --exact-match --match "v$version" HEAD 2>/dev/null)" = "v$version" ||
  refuse "This commit does not carry the tag v$version: git tag --annotate v$version"
grep -q "^## $version (" CHANGELOG.md ||
  refuse "CHANGELOG.md has no heading '## $version (date)'."

wheel="dist/kyphoplasty_cds-$version-py3-none-any.whl"
rm -f "$wheel"
.venv/bin/python -m pip wheel --quiet --no-deps --wheel-dir dist .
(
  cd dist
  sha256sum "${wheel#dist/}" $(test ! -f sbom.cdx.json || echo sbom.cdx.json) >SHA256SUMS
)
cat dist/SHA256SUMS

if docker info >/dev/null 2>&1; then
  docker build --quiet --file deploy/Dockerfile --tag "kyphoplasty-cds:$version" .
else
  echo "No Docker here: the image is not built."
fi
