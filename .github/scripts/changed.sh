#!/usr/bin/env bash
# changed.sh < NAMES: which environments the changed files reach, as a JSON array. What is shared reaches all; dr and
# global are planned by those who apply them.
set -euo pipefail

all=(dev staging prod)
declare -A found=()
hand_on() {
  local list
  list=$(printf ',"%s"' "$@")
  echo "environments=[${list:1}]" >>"$GITHUB_OUTPUT"
  exit 0
}
while IFS= read -r name; do
  case $name in
    infra/environments/dev/* | infra/environments/staging/* | infra/environments/prod/*)
      environment=${name#infra/environments/}
      found[${environment%%/*}]=yes
      ;;
    infra/modules/*/tests/* | *.md) ;;
    infra/modules/* | .github/scripts/* | .github/versions/* | .github/workflows/infra.yml)
      hand_on "${all[@]}"
      ;;
  esac
done
reached=()
for environment in "${all[@]}"; do
  [[ -z ${found[$environment]-} ]] || reached+=("$environment")
done
((${#reached[@]} == 0)) || hand_on "${reached[@]}"
echo 'environments=[]' >>"$GITHUB_OUTPUT"
