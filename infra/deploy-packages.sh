#!/usr/bin/env bash
# infra/deploy-packages.sh GROUP OUTPUTS FOLDER: FOLDER/<app>.zip to each app for which there is one.
set -euo pipefail
group=$1 outputs=$2 folder=$3
jq -r '.sites.value[] | "\(.app) \(.site)"' "$outputs" | while read -r app site; do
  [ -f "$folder/$app.zip" ] || { echo "no package for $app" >&2; continue; }
  az functionapp deployment source config-zip --resource-group "$group" --name "$site" --src "$folder/$app.zip" --output none </dev/null
  echo "$app is deployed to $site"
done
