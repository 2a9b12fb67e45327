#!/usr/bin/env bash
# log-in.sh REGISTRY: to a registry of ECR, with the role that the job has just now. Good for twelve hours.
set -euo pipefail
registry=$1
if [[ ! $registry =~ ^[0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com$ ]]; then
  echo "::error::$registry is no registry of ECR" >&2
  exit 1
fi
aws ecr get-login-password --region "${BASH_REMATCH[1]}" | docker login --username AWS --password-stdin "$registry"
