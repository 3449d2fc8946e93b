#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job on a local AWS: a secret rotates, a burst of parameters is written, and rollwatch makes one deployment of it.
set -euo pipefail
cd "$(dirname "$0")/../.."

binaries=.build/debug
folder=$(mktemp -d)
service=staging-ecs-shop-cluster/staging-ecs-shop-service
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap cleanup EXIT

bold='' plain=''
[ ! -t 1 ] || { bold=$'\e[1m' plain=$'\e[0m'; }
say() { printf '\n%s── %s%s\n' "$bold" "$*" "$plain"; }
# What a person would do with the AWS command line, on the local AWS.
aws() { # aws ACTION INPUT
  curl -sS --fail-with-body -o "$folder/answer" "$url/_local/act" \
    -d "{\"region\": \"eu-west-2\", \"action\": \"$1\", \"input\": $2}" || { cat "$folder/answer"; exit 1; }
}
# Waits until the journal has so many records of a kind; the daemon writes them as they happen.
await() { # await KIND COUNT
  for _ in $(seq 300); do
    [ "$("$binaries/rollwatch" history --state "$folder/state" --json 2>/dev/null | grep -c "\"kind\":\"$1\"")" -ge "$2" ] && return
    sleep 0.1
  done
  echo "the demo waited 30 s in vain for a record of the kind '$1'" >&2
  exit 1
}

say "a local AWS, with one service of three tasks, its parameters and its secret"
"$binaries/local-aws" --rollout-seconds 3 >"$folder/aws.log" &
pids+=($!)
until grep -q listening "$folder/aws.log"; do sleep 0.05; done
url=$(sed 's/^listening on //' "$folder/aws.log")
echo "$url"
aws ecs:CreateCluster '{"clusterName": "staging-ecs-shop-cluster"}'
aws ecs:RegisterTaskDefinition '{"family": "shop", "containerDefinitions": [{"name": "app", "image": "shop@sha256:1"}]}'
aws ecs:CreateService '{"cluster": "staging-ecs-shop-cluster", "serviceName": "staging-ecs-shop-service",
  "taskDefinition": "shop", "desiredCount": 3}'
aws secretsmanager:CreateSecret '{"Name": "staging/shop/db", "SecretString": "old"}'
for name in URL TIMEOUT FEATURES; do
  aws ssm:PutParameter "{\"Name\": \"/staging/shop/$name\", \"Value\": \"old\", \"Type\": \"String\"}"
done

say "one rule for every application of the estate"
mkdir "$folder/rules"
tee "$folder/rules/estate.yaml" <<'RULES'
rules:
  - name: every-app
    watch: [{ parameter: "/{env}/{app}/**" }, { secret: "{env}/{app}/*" }]
    restart: [{ service: "{env}-ecs-{app}-cluster/{env}-ecs-{app}-service" }]
    debounce: { quiet: 3s, limit: 30s }
    cooldown: 5s
RULES
cat >"$folder/rollwatch.yaml" <<'SETTINGS'
parameters: { interval: 1s, rate: 10 }
secrets: { interval: 1s, rate: 10 }
rollouts: { interval: 500ms }
SETTINGS

say "rollwatch run"
export AWS_ENDPOINT_URL=$url AWS_REGION=eu-west-2 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
"$binaries/rollwatch" run --config "$folder/rollwatch.yaml" --rules "$folder/rules" --state "$folder/state" &
pids+=($!)
await baseline 2

say "the secret rotates, and three parameters are written one after the other"
aws secretsmanager:RotateSecret '{"SecretId": "staging/shop/db"}'
for name in URL TIMEOUT FEATURES; do
  aws ssm:PutParameter "{\"Name\": \"/staging/shop/$name\", \"Value\": \"new\", \"Type\": \"String\", \"Overwrite\": true}"
  sleep 0.7
done
await ended 1

say "rollwatch history"
"$binaries/rollwatch" history --state "$folder/state"
say "rollwatch history verify"
"$binaries/rollwatch" history verify --state "$folder/state"

say "and it ends in good order"
kill "${pids[1]}"
wait "${pids[1]}"

calls=$(curl -sS "$url/_local/calls" -d '{"operation": "ecs:UpdateService"}' | grep -o '"operation":"ecs:UpdateService"' | wc -l)
say "four changes, $calls deployment of $service"
[ "$calls" -eq 1 ]
