#!/bin/sh
# Serves the registry, and starts it again inside the container when its certificate or the keys
# that it trusts were renewed: it reads them once, at its start.
set -eu

config="$1"
tls="${REGISTRY_TLS:-/etc/mizan/tls}"
trusted="${REGISTRY_TRUSTED_KEYS:-/etc/mizan/token}"
every="${REGISTRY_CERTIFICATE_CHECK_SECONDS:-30}"

material() { cat "$tls/tls.crt" "$tls/tls.key" "$trusted/jwks.json" | sha256sum; }

watch() {
    while sleep "$every" && kill -0 "$server" 2>/dev/null; do
        if [ "$(material)" != "$served" ]; then
            kill -TERM "$server"
            return
        fi
    done
}

server=""
stopping=""
trap 'stopping=yes; [ -z "$server" ] || kill -TERM "$server" 2>/dev/null || true' TERM INT

while [ -z "$stopping" ]; do
    served="$(material)"
    registry serve "$config" &
    server=$!
    watch &
    watcher=$!
    # `wait` returns early when a signal is trapped, so wait until the server is really gone.
    status=0
    while kill -0 "$server" 2>/dev/null; do
        if wait "$server"; then status=0; else status=$?; fi
    done
    kill "$watcher" 2>/dev/null || true
    [ -z "$stopping" ] && [ "$(material)" != "$served" ] || exit "$status"
    echo "the certificate or the trusted keys were renewed: starting again with them"
done
