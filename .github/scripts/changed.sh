#!/usr/bin/env bash
# changed.sh < NAMES: which environments the changed files reach, as a JSON array. What is shared reaches all.
set -euo pipefail

all='["dev","staging","prod","dr"]'
found=()
while IFS= read -r name; do
  case $name in
    infra/environments/dev/* | infra/environments/staging/* | infra/environments/prod/* | infra/environments/dr/*)
      environment=${name#infra/environments/}
      found+=("${environment%%/*}")
      ;;
    infra/modules/*/tests/* | *.md) ;;
    infra/modules/* | .github/scripts/* | .github/versions/* | .github/workflows/infra.yml)
      echo "environments=$all" >>"$GITHUB_OUTPUT"
      exit 0
      ;;
  esac
done
environments=$(jq -cn --argjson all "$all" '$all | map(select(IN($ARGS.positional[])))' --args "${found[@]+"${found[@]}"}")
echo "environments=$environments" >>"$GITHUB_OUTPUT"
