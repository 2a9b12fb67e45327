#!/usr/bin/env bash
# pinned.sh: refuses when anything that a workflow uses is named by a tag. Whoever can move the tag would get what the
# job has, a role of AWS among it.
set -euo pipefail
cd "$(dirname "$0")/../.."

refused=0
loose() {
  echo "::error::$1" >&2
  refused=1
}
while IFS= read -r line; do
  case $line in
    *'uses: ./'*) ;;
    *) [[ $line =~ uses:\ [A-Za-z0-9_./-]+@[0-9a-f]{40}(\ \#.*)?$ ]] || loose "not pinned: $line" ;;
  esac
done < <(grep -rnE "uses[\"']?[[:space:]]*:" .github/workflows || true)
while IFS= read -r line; do
  loose "unresolved: $line"
done < <(grep -nE '"(commit|digest)": *"unresolved"' .github/versions/versions.json || true)
if ((refused)); then
  echo 'docs/runbooks/pipeline.md, "Resolve pins", says what to do.' >&2
  exit 1
fi
echo 'everything is pinned'
