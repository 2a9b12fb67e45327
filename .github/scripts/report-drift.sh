#!/usr/bin/env bash
# report-drift.sh FOLDER: one issue per environment that is not as main says. FOLDER holds a file per environment,
# `true` or `false`; an environment without one could not be planned, which the run itself shows in red.
set -euo pipefail
folder=$1
run="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"

gh label create drift --force --color D93F0B --description 'infrastructure is not as main says' >/dev/null
for file in "$folder"/*; do
  [[ -f $file ]] || continue
  environment=$(basename "$file")
  title="Drift in $environment"
  open=''
  while IFS=$'\t' read -r number found; do
    [[ $found != "$title" ]] || open=$number
  done < <(gh issue list --state open --label drift --limit 200 --json number,title --jq '.[] | "\(.number)\t\(.title)"')
  if [[ $(cat "$file") == true ]]; then
    body="What runs in $environment is not what main says: $run shows the difference. docs/runbooks/pipeline.md, \"Drift\", says what to do."
    if [[ -n $open ]]; then
      gh issue comment "$open" --body "Still so: $run"
    else
      gh issue create --title "$title" --label drift --body "$body"
    fi
  elif [[ -n $open ]]; then
    gh issue close "$open" --comment "No longer so: $run"
  fi
done
