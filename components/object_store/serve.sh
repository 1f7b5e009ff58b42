#!/bin/sh
# Serves the volume over S3, and takes up a renewed certificate without dropping a connection.
set -eu

data="${STORE_DATA:-/data}"
tls="${STORE_TLS:-/etc/mizan/tls}"
every="${STORE_CERTIFICATE_CHECK_SECONDS:-30}"

certificate() { cat "$tls/tls.crt" "$tls/tls.key" | sha256sum; }
served="$(certificate)"

# Three folders beside each other: the server refuses versions or accounts inside its buckets.
mkdir -p "$data/buckets" "$data/versions" "$data/accounts"

# Not --keep-alive: with it, versitygw 1.8.0 takes what is left of an upload with a trailing
# checksum (the default of current S3 clients) for the next request, and one in six uploads fails.
versitygw --cert "$tls/tls.crt" --key "$tls/tls.key" \
    --iam-dir "$data/accounts" --health /health --disable-acl --quiet \
    posix --versioning-dir "$data/versions" "$data/buckets" &
server=$!
trap 'kill -TERM "$server" 2>/dev/null || true' TERM INT

# SIGHUP makes the server read its certificate again. The loop ends with the server.
watch() {
    while sleep "$every" && kill -0 "$server" 2>/dev/null; do
        now="$(certificate)"
        if [ "$now" != "$served" ]; then
            echo "the certificate was renewed: loading it"
            kill -HUP "$server"
            served="$now"
        fi
    done
}
watch &
watcher=$!

# `wait` returns early when a signal is trapped, so wait until the server is really gone.
status=0
while kill -0 "$server" 2>/dev/null; do
    if wait "$server"; then status=0; else status=$?; fi
done
kill "$watcher" 2>/dev/null || true
exit "$status"
