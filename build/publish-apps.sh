#!/usr/bin/env bash
# build/publish-apps.sh FOLDER [OPTION…]: the Azure flavour of every function app, published by one run of MSBuild to FOLDER/<App>.
# Options go to dotnet publish.
set -euo pipefail
folder=$1
shift
rm -rf "$folder"
dotnet publish build/apps.slnf -c Release -p:FunctionsRuntime=Azure -p:PackagesFolder="$folder" --nologo "$@"
