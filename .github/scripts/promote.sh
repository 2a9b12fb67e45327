#!/usr/bin/env bash
# promote.sh SOURCE TARGET COMPONENT DIGEST: copies an image from one registry to another, if a workflow of main signed it.
set -euo pipefail
source=$1 target=$2 component=$3 digest=$4
image="$source/weatherline/$component@$digest"

repository=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY
repository=${repository//./\\.}
cosign verify --output text \
  --certificate-oidc-issuer https://token.actions.githubusercontent.com \
  --certificate-identity-regexp "^$repository/\\.github/workflows/(images|promote)\\.yml@refs/heads/main\$" \
  "$image" >/dev/null
bash "$(dirname "$0")/copy-image.sh" "docker://$image" "$target" "$component" "$digest"
