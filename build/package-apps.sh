#!/usr/bin/env bash
# build/package-apps.sh FOLDER: the Azure flavour of every function app as FOLDER/<app>.zip. Needs the whole package feed.
set -euo pipefail
for program in src/Functions.*/Program.cs; do
  app=${program#src/Functions.}
  build/package-app.sh "${app%/Program.cs}" "$1" -p:FullFeed=true
done
