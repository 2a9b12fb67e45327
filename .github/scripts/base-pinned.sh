#!/usr/bin/env bash
# base-pinned.sh: refuses to build on a base that is known by its tag alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! jq -e '[.[] | select(.name == "nodejs") | .digest | test("^sha256:[0-9a-f]{64}$")] == [true]' manifests/images/versions.json >/dev/null; then
  echo '::error file=manifests/images/versions.json::the base nodejs is unresolved: node manifests/images/resolve.ts' >&2
  exit 1
fi
