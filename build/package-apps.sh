#!/usr/bin/env bash
# build/package-apps.sh FOLDER: the Azure flavour of every function app as FOLDER/<app>.zip. Needs the whole package feed.
set -euo pipefail
mkdir -p "$1"
folder=$(cd "$1" && pwd)
build/publish-apps.sh "$folder" -p:FullFeed=true
for program in src/Functions.*/Program.cs; do
  app=${program#src/Functions.}
  build/package-app.sh "${app%/Program.cs}" "$folder"
done
