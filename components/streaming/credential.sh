#!/bin/sh
# Tells the AWS SDK the credential in the mounted Secret, to be asked for again in five minutes:
# whoever fills the Secret renews it before it ends.
set -eu
folder="${KAFKA_CREDENTIAL:-/etc/mizan/credential}"
printf '{"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "%s", "SessionToken": "%s", "Expiration": "%s"}\n' \
    "$(cat "$folder/access_key")" "$(cat "$folder/secret_key")" "$(cat "$folder/session_token")" \
    "$(date -u -d '+5 minutes' +%Y-%m-%dT%H:%M:%SZ)"
