#!/usr/bin/env bash
# build/package-app.sh APP FOLDER [OPTION…]: the Azure flavour of Functions.APP as FOLDER/<app>.zip, once it has what the Functions host looks for.
# Options go to dotnet publish.
set -euo pipefail
app=$1 folder=$2
shift 2
out=$folder/$app
rm -rf "$out" "$folder/${app,,}.zip"
mkdir -p "$folder"
dotnet publish "src/Functions.$app" -c Release -p:FunctionsRuntime=Azure -o "$out" --nologo "$@"
for file in host.json worker.config.json functions.metadata extensions.json .azurefunctions/function.deps.json "AgentInvest.Functions.$app.dll" "AgentInvest.Functions.$app.runtimeconfig.json"; do
  [ -e "$out/$file" ] || { echo "$out lacks $file" >&2; exit 1; }
done
[ ! -e "$out/local.settings.json" ] || { echo "$out holds local settings" >&2; exit 1; }
grep -q '"routePrefix": "v1"' "$out/host.json" || { echo "$out/host.json has another route prefix" >&2; exit 1; }
grep -q "\"AgentInvest.Functions.$app" "$out/functions.metadata" || { echo "$out/functions.metadata names no function of $app" >&2; exit 1; }
# An extension that is not loaded leaves its triggers silent.
if grep -q orchestrationTrigger "$out/functions.metadata"; then grep -q '"DurableTask"' "$out/extensions.json" || { echo "$out/extensions.json lacks DurableTask" >&2; exit 1; }; fi
(cd "$out" && zip -qr "../${app,,}.zip" .)
