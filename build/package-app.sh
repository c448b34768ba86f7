#!/usr/bin/env bash
# build/package-app.sh APP FOLDER: FOLDER/APP, as published, becomes FOLDER/<app>.zip, once it has what the Functions host looks for.
set -euo pipefail
app=$1 folder=$2
out=$folder/$app
fail() { echo "$out $*" >&2; exit 1; }
for file in host.json worker.config.json functions.metadata extensions.json .azurefunctions/function.deps.json "AgentInvest.Functions.$app.dll" "AgentInvest.Functions.$app.runtimeconfig.json"; do
  [ -e "$out/$file" ] || fail "lacks $file"
done
[ ! -e "$out/local.settings.json" ] || fail "holds local settings"
grep -q '"routePrefix": "v1"' "$out/host.json" || fail "has another route prefix in host.json"
grep -q "\"AgentInvest.Functions.$app" "$out/functions.metadata" || fail "names no function of $app in functions.metadata"
# An extension that is not loaded leaves its triggers and bindings silent.
needs() { # BINDING EXTENSION
  if grep -q "\"$1\"" "$out/functions.metadata"; then grep -q "$2" "$out/extensions.json" || fail "lacks the extension $2 of its bindings"; fi
}
needs orchestrationTrigger Microsoft.Azure.WebJobs.Extensions.DurableTask
needs signalR Microsoft.Azure.WebJobs.Extensions.SignalRService
rm -f "$folder/${app,,}.zip"
(cd "$out" && zip -qr "../${app,,}.zip" .)
