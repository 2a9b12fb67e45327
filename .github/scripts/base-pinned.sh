#!/usr/bin/env bash
# base-pinned.sh: refuses to build on a base that is known by its tag alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
table=manifests/images/versions.json
digest=$(node -p 'JSON.parse(fs.readFileSync(process.argv[1])).find(({ name }) => name === "nodejs")?.digest' "$table")
if [[ ! $digest =~ ^sha256:[0-9a-f]{64}$ ]]; then
  echo "::error file=$table::the base nodejs is $digest: node manifests/images/resolve.ts, read what it finds, commit it" >&2
  exit 1
fi
