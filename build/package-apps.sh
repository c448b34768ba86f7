#!/usr/bin/env bash
# build/package-apps.sh FOLDER: the Azure flavour of every function app as FOLDER/<app>.zip. Needs the whole package feed.
set -euo pipefail
mkdir -p "$1"
for program in src/Functions.*/Program.cs; do
  project=$(dirname "$program") app=${program#src/Functions.}
  app=${app%/Program.cs}
  dotnet publish "$project" -c Release -p:FunctionsRuntime=Azure -p:FullFeed=true -o "$1/$app"
  build/check-package.sh "$1/$app" "$app"
  (cd "$1/$app" && zip -qr "../${app,,}.zip" .)
done
