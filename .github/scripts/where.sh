#!/usr/bin/env bash
# where.sh ENVIRONMENT: the account and region of an environment, as `weatherline cluster config` wrote them down.
set -euo pipefail
environment=$1

file="manifests/overlays/$environment/cluster-config.env"
if [[ ! $environment =~ ^[a-z]+$ || ! -f $file ]]; then
  echo "::error::there is no environment $environment" >&2
  exit 1
fi
account=$(sed -n 's/^AWS_ACCOUNT_ID=\([0-9]\{12\}\)$/\1/p' "$file")
region=$(sed -n 's/^AWS_REGION=\([a-z0-9-]\{1,30\}\)$/\1/p' "$file")
registry=$(sed -n 's/^REGISTRY=\([a-z0-9.-]\{1,100\}\)$/\1/p' "$file")
if [[ -z $account || -z $region || -z $registry ]]; then
  echo "::error file=$file::AWS_ACCOUNT_ID, AWS_REGION or REGISTRY is missing there" >&2
  exit 1
fi
{
  echo "account=$account"
  echo "region=$region"
  echo "registry=$registry"
} >>"$GITHUB_OUTPUT"
