#!/bin/sh
# Has Event Grid tell the app of uploads, once the app is there to be asked whether it wants that. Run by azd after each deployment.
set -eu

fail() { echo "postdeploy: $1" >&2; exit 1; }

for name in AZURE_RESOURCE_GROUP AZURE_FUNCTION_APP_NAME AZURE_EVENT_GRID_TOPIC AZURE_DATA_STORAGE_ACCOUNT AZURE_UNDELIVERED_CONTAINER; do
  eval "value=\${$name:-}"
  [ -n "$value" ] || fail "$name is not set. Run 'azd provision' first; azd then gives it to this script."
done

if [ "${PIPELINE_UPLOADS_BY:-webhook}" = hub ]; then
  echo "Uploads are told through the event hub of the private network; there is nothing to do."
  exit 0
fi

command -v az >/dev/null 2>&1 || fail "the Azure CLI (az) is missing. Install it, run 'az login', and then 'azd hooks run postdeploy'."

template=$(cd "$(dirname "$0")/../modules" && pwd)/blob-subscriptions.bicep
attempt=1
# The webhook's key exists when the app has started for the first time, some moments after it was deployed.
until az deployment group create --only-show-errors --output none \
  --resource-group "$AZURE_RESOURCE_GROUP" --name blob-subscriptions --template-file "$template" \
  --parameters "functionAppName=$AZURE_FUNCTION_APP_NAME" "systemTopicName=$AZURE_EVENT_GRID_TOPIC" \
    "dataStorageName=$AZURE_DATA_STORAGE_ACCOUNT" "undeliveredContainerName=$AZURE_UNDELIVERED_CONTAINER"
do
  [ "$attempt" -lt 10 ] || fail "Event Grid could not be told of the app. Look at the error above, and run 'azd hooks run postdeploy'."
  echo "The app is not ready yet (attempt $attempt of 10)."
  attempt=$((attempt + 1))
  sleep "${PIPELINE_HOOK_PAUSE_SECONDS:-20}"
done
echo "Uploads are told to $AZURE_FUNCTION_APP_NAME."
