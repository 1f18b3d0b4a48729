#!/usr/bin/env bash
# The step of action.yml: starts the server in the background, waits until it answers, and says where it is.
set -euo pipefail

endpoint=http://localhost:$ACTION_PORT
log=${RUNNER_TEMP:-/tmp}/cognate-$ACTION_PORT.log
seed=$ACTION_SEED
if [ -z "$seed" ]; then
  for name in cognate.yaml cognate.yml cognate.json cognate.toml; do
    if [ -f "$name" ]; then seed=$name; fi
  done
fi

if [ -n "$ACTION_IMAGE" ]; then
  # It stays when it ends, so that it can say why; one of an earlier job that has ended goes.
  container=cognate-$ACTION_PORT
  docker rm --volumes "$container" > /dev/null 2>&1 || true
  run=(docker run --detach --name "$container" --publish "127.0.0.1:$ACTION_PORT:9229" --env COGNATE_EXPOSE_DEV=true)
  arguments=(dev --ephemeral)
  if [ -n "$seed" ]; then
    inside=/seed.${seed##*.}
    run+=(--volume "$(realpath "$seed"):$inside:ro")
    arguments+=(--seed "$inside")
  fi
  "${run[@]}" "$ACTION_IMAGE" "${arguments[@]}" > "$log"
else
  arguments=(dev --ephemeral --listen "127.0.0.1:$ACTION_PORT")
  if [ -n "$seed" ]; then arguments+=(--seed "$seed"); fi
  nohup "$ACTION_PROGRAM" "${arguments[@]}" > "$log" 2>&1 < /dev/null &
  started=$!
fi

for _ in $(seq 150); do
  if curl --silent --fail --noproxy '*' --output /dev/null "$endpoint/health/ready"; then
    echo "endpoint=$endpoint" >> "$GITHUB_OUTPUT"
    {
      echo "TEST_COGNATE_ENDPOINT=$endpoint"
      echo "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=$endpoint"
    } >> "$GITHUB_ENV"
    exit 0
  fi
  if [ -n "${started:-}" ] && ! kill -0 "$started" 2> /dev/null; then break; fi
  if [ -n "${container:-}" ] && [ "$(docker inspect --format '{{.State.Running}}' "$container")" != true ]; then break; fi
  sleep 0.2
done
echo "cognate does not answer at $endpoint; it said:" >&2
if [ -n "${container:-}" ]; then
  docker logs --tail 40 "$container" >&2 || true
  docker rm --force --volumes "$container" > /dev/null
else
  tail -n 40 "$log" >&2
fi
exit 1
