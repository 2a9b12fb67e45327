#!/usr/bin/env bash
# scan.sh COMPONENT: the gate of an image that publish.ts has built into out/. What is known to be broken and mended
# elsewhere stops it; so does a secret. Each architecture by itself, then the packages inside the bundle by their list.
set -euo pipefail
component=$1
layouts="$RUNNER_TEMP/scan"

trivy() {
  docker run --rm --volume "$layouts:/layouts:ro" --volume "$PWD/out/sbom:/sbom:ro" --volume trivy:/cache \
    "$TRIVY_IMAGE" "$1" --cache-dir /cache --no-progress --exit-code 1 --severity HIGH,CRITICAL --ignore-unfixed "${@:2}"
}

mkdir -p "$layouts"
for architecture in amd64 arm64; do
  skopeo copy --quiet --override-os linux --override-arch "$architecture" \
    "oci-archive:out/oci/$component.tar" "oci:$layouts/$component-$architecture:scanned"
  trivy image --scanners vuln,secret --input "/layouts/$component-$architecture"
done
trivy sbom "/sbom/$component.cdx.json"
