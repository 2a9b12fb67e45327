#!/bin/sh
# Starts Vault as process 1, with a loop beside it for the two things that Vault does only when it gets a SIGHUP:
# reading a renewed certificate, and opening its audit log anew when the old one was put aside.
set -eu

certificate() { cksum < /vault/tls/tls.crt; }

size() { stat -c %s /vault/audit/audit.log 2> /dev/null || echo 0; }

tend() {
  served=$(certificate) || served=
  while sleep 30; do
    # In the middle of a renewal the file may be gone.
    now=$(certificate) || continue
    if [ "$(size)" -gt 268435456 ]; then
      mv /vault/audit/audit.log /vault/audit/audit.log.1
      kill -HUP 1
    elif [ "$now" != "$served" ]; then
      served=$now
      kill -HUP 1
    fi
  done
}

tend &
exec vault server -config=/vault/config
