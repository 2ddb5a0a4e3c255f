# Has Event Grid tell the app of uploads, once the app is there to be asked whether it wants that. Run by azd after each deployment.
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

function Get-Setting([string] $name) {
    $value = [Environment]::GetEnvironmentVariable($name)
    if ([string]::IsNullOrEmpty($value)) {
        throw "$name is not set. Run 'azd provision' first; azd then gives it to this script."
    }
    return $value
}

$group = Get-Setting 'AZURE_RESOURCE_GROUP'
$app = Get-Setting 'AZURE_FUNCTION_APP_NAME'
$topic = Get-Setting 'AZURE_EVENT_GRID_TOPIC'
$account = Get-Setting 'AZURE_DATA_STORAGE_ACCOUNT'
$container = Get-Setting 'AZURE_UNDELIVERED_CONTAINER'

if ($env:PIPELINE_UPLOADS_BY -eq 'hub') {
    Write-Output 'Uploads are told through the event hub of the private network; there is nothing to do.'
    exit 0
}

if (-not (Get-Command az -ErrorAction SilentlyContinue)) {
    throw "The Azure CLI (az) is missing. Install it, run 'az login', and then 'azd hooks run postdeploy'."
}

$template = Join-Path $PSScriptRoot '../modules/blob-subscriptions.bicep'
$pause = if ($env:PIPELINE_HOOK_PAUSE_SECONDS) { [int] $env:PIPELINE_HOOK_PAUSE_SECONDS } else { 20 }
# The webhook's key exists when the app has started for the first time, some moments after it was deployed.
for ($attempt = 1; $attempt -le 10; $attempt++) {
    az deployment group create --only-show-errors --output none `
        --resource-group $group --name blob-subscriptions --template-file $template `
        --parameters "functionAppName=$app" "systemTopicName=$topic" "dataStorageName=$account" "undeliveredContainerName=$container"
    if ($LASTEXITCODE -eq 0) {
        Write-Output "Uploads are told to $app."
        exit 0
    }

    if ($attempt -lt 10) {
        Write-Output "The app is not ready yet (attempt $attempt of 10)."
        Start-Sleep -Seconds $pause
    }
}

throw "Event Grid could not be told of the app. Look at the error above, and run 'azd hooks run postdeploy'."
