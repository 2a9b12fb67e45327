#!/usr/bin/env bash
# apply.sh ENVIRONMENT SHA256: applies the plan that was read, or nothing. OpenTofu refuses it by itself when the state
# has changed since.
set -euo pipefail
environment=$1 sha256=$2
plan="$RUNNER_TEMP/plan/$environment.tfplan"

if [[ ! $sha256 =~ ^[0-9a-f]{64}$ ]] || ! echo "$sha256  $plan" | sha256sum --check --strict --status; then
  echo "::error::this is not the plan that was made and read" >&2
  exit 1
fi
tofu -chdir="infra/environments/$environment" init -input=false -no-color -lockfile=readonly
tofu -chdir="infra/environments/$environment" apply -input=false -no-color -lock-timeout=15m "$plan"
