#!/usr/bin/env bash
# build/check-package.sh FOLDER APP: does a published app have what the Functions host looks for?
set -euo pipefail
folder=$1 app=$2
for file in host.json worker.config.json functions.metadata extensions.json .azurefunctions "AgentInvest.Functions.$app.dll" "AgentInvest.Functions.$app.runtimeconfig.json"; do
  [ -e "$folder/$file" ] || { echo "$folder lacks $file" >&2; exit 1; }
done
[ ! -e "$folder/local.settings.json" ] || { echo "$folder holds local settings" >&2; exit 1; }
grep -q '"routePrefix": "v1"' "$folder/host.json" || { echo "$folder/host.json has another route prefix" >&2; exit 1; }
grep -q "\"AgentInvest.Functions.$app" "$folder/functions.metadata" || { echo "$folder/functions.metadata names no function of $app" >&2; exit 1; }
