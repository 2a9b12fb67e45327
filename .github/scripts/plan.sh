#!/usr/bin/env bash
# plan.sh ENVIRONMENT review|apply|drift: plans one environment and puts what it found into the job's summary. OpenTofu
# itself blanks out what is sensitive. Outputs: changes, file and, to apply, sha256.
set -euo pipefail
environment=$1 purpose=$2
root="infra/environments/$environment"
text="$RUNNER_TEMP/$environment.txt"
plan="$RUNNER_TEMP/$environment.tfplan"

case $purpose in
  # Nobody who only wants to apply waits for a pull request.
  review) options=(-lock=false) ;;
  drift) options=(-lock-timeout=15m) ;;
  apply) options=(-lock-timeout=15m "-out=$plan") ;;
  *)
    echo "plan.sh ENVIRONMENT review|apply|drift" >&2
    exit 2
    ;;
esac

tofu -chdir="$root" init -input=false -no-color -lockfile=readonly
status=0
tofu -chdir="$root" plan -input=false -no-color -detailed-exitcode "${options[@]}" >"$text" 2>&1 || status=$?
cat "$text"
{
  echo "## $environment: $(grep -m1 -E '^(Plan: |No changes\.|Error: )' "$text" || echo "see below")"
  echo
  echo '~~~~~~~~text'
  # A summary may have 1 MiB; no line of a plan may end the block.
  head -c 900000 "$text" | sed 's/^~~~~*/ &/'
  echo
  echo '~~~~~~~~'
} >>"$GITHUB_STEP_SUMMARY"

case $status in
  0) changes=false ;;
  2) changes=true ;;
  *) exit "$status" ;;
esac
file=$plan
if [[ $purpose == apply ]]; then
  # What OpenTofu has encrypted is JSON; a plan as it is, is an archive that anybody can open.
  if [[ $(head -c 1 "$plan") != '{' ]] || ! grep -q '"encrypted_data":' "$plan"; then
    echo "::error::the plan of $environment is not encrypted: it goes nowhere" >&2
    rm -f "$plan"
    exit 1
  fi
  echo "sha256=$(sha256sum "$plan" | cut -d' ' -f1)" >>"$GITHUB_OUTPUT"
else
  file="$RUNNER_TEMP/$environment"
  echo "$changes" >"$file"
fi
{
  echo "changes=$changes"
  echo "file=$file"
} >>"$GITHUB_OUTPUT"
