#!/usr/bin/env bash
# copy-image.sh SOURCE REGISTRY COMPONENT DIGEST: copies all of an image (both architectures, provenance, bill of
# materials) and signs it there. SOURCE is as skopeo names it. A second time does nothing twice.
set -euo pipefail
source=$1 registry=$2 component=$3 digest=$4
image="$registry/weatherline/$component"

if [[ ! $digest =~ ^sha256:[0-9a-f]{64}$ ]]; then
  echo "::error::$digest is no digest" >&2
  exit 1
fi
if ! skopeo inspect --raw "docker://$image@$digest" >/dev/null 2>&1; then
  # Tags are immutable there; this one says which commit's run has pushed it. Nothing refers to it.
  tag="${GITHUB_SHA:0:12}-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT"
  skopeo copy --all --preserve-digests "$source" "docker://$image:$tag"
fi
found=$(skopeo inspect --raw "docker://$image@$digest" | sha256sum | cut -d' ' -f1)
if [[ sha256:$found != "$digest" ]]; then
  echo "::error::$image has sha256:$found, not $digest" >&2
  exit 1
fi
cosign sign --yes "$image@$digest"
