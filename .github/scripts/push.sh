#!/usr/bin/env bash
# push.sh COMPONENT REGISTRY FOLDER: what build has left in FOLDER, to the registry: image, signature, bill of materials.
set -euo pipefail
component=$1 registry=$2 folder=$3
image="$registry/weatherline/$component"

reference=$(cat "$folder/digests/$component.txt")
digest=${reference##*@}
if [[ $reference != "$image@$digest" ]]; then
  echo "::error::$reference is not $image by its digest" >&2
  exit 1
fi
bash "$(dirname "$0")/copy-image.sh" "oci-archive:$folder/oci/$component.tar" "$registry" "$component" "$digest"
cosign attest --yes --type cyclonedx --predicate "$folder/sbom/$component.cdx.json" "$image@$digest"
echo "digest=$digest" >>"$GITHUB_OUTPUT"
