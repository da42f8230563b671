#!/usr/bin/env bash
# Builds and starts docker/Dockerfile where there is no Docker engine: the commit that is checked out goes through
# the file's own instructions, each stage in a folder, then the image's own command and health check run.
# Finds a file that is not copied, a dependency that only development has, a start that fails.
# Does not see the base image: Node is this machine's, and the user is this one.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
app=
cleanup() {
  if [[ -n $app ]]; then kill -KILL "$app" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  echo "rehearsal: $*" >&2
  exit 1
}

# Sends what a build would get: the commit without what .dockerignore names.
mkdir "$work/context"
git archive HEAD | tar -x -C "$work/context" --anchored --no-wildcards-match-slash --exclude-from=.dockerignore

copy() {
  local from=$work/context source target
  if [[ $1 == --from=* ]]; then
    from=$work/${1#--from=}
    shift
  fi
  target=$work/$stage/${!#}
  mkdir -p "$target"
  for source in "${@:1:$#-1}"; do
    source=$from/${source#/app/}
    if [[ -d $source ]]; then source=$source/.; fi
    cp -a "$source" "$target"
  done
}

words_of() {
  node -e 'console.log(JSON.parse(process.argv[1]).join("\n"))' "$1"
}

stage=
image_env=()
while read -r instruction arguments; do
  case $instruction in
    '' | '#'* | USER | EXPOSE) ;;
    FROM)
      stage=${arguments##* }
      image_env=()
      mkdir "$work/$stage"
      ;;
    WORKDIR) [[ $arguments == /app ]] || fail "WORKDIR is $arguments, and only /app is known here" ;;
    ENV) read -ra image_env <<<"$arguments" ;;
    COPY)
      read -ra paths <<<"$arguments"
      copy "${paths[@]}"
      ;;
    RUN)
      echo "rehearsal: $stage: $arguments"
      (cd "$work/$stage" && bash -euc "$arguments" </dev/null)
      ;;
    HEALTHCHECK) mapfile -t health < <(words_of "${arguments#*CMD }") ;;
    CMD) mapfile -t start < <(words_of "$arguments") ;;
    *) fail "the instruction $instruction is not known here" ;;
  esac
done <docker/Dockerfile

cd "$work/$stage"
in_image=(env -i PATH="$PATH" "${image_env[@]}")

echo 'rehearsal: has what docker-compose.yml starts'
mapfile -t scripts < <(grep -oE 'dist/[a-z/-]+\.js' "$OLDPWD/docker-compose.yml")
for script in "${scripts[@]}"; do
  [[ -f $script ]] || fail "docker-compose.yml starts $script, which the image lacks"
done

echo 'rehearsal: starts without settings'
if said=$("${in_image[@]}" timeout 30 "${start[@]}" 2>&1); then fail "it started without settings: $said"; fi
for setting in DATABASE_URL ENGINE_URL SESSION_SECRETS; do
  [[ $said == *"$setting"* ]] || fail "$setting is missing, and it did not say so: $said"
done

echo 'rehearsal: starts with settings, its engine and database down'
sh "$OLDPWD/docker/make-env.sh" "$work/env"
mapfile -t secrets <"$work/env"
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
# Nothing listens on port 1. HOST overrides the image's: a rehearsal is nobody else's business.
in_image+=("${secrets[@]}" PORT="$port" HOST=127.0.0.1 DATABASE_URL=postgres://nobody:none@127.0.0.1:1/none ENGINE_URL=valkey://127.0.0.1:1)
"${in_image[@]}" "${start[@]}" >"$work/log" 2>&1 &
app=$!
healthy() { "${in_image[@]}" "${health[@]}"; }
for _ in {1..60}; do
  if healthy; then break; fi
  kill -0 "$app" 2>/dev/null || break
  sleep 0.5
done
healthy || fail "it did not get healthy: $(cat "$work/log")"

echo 'rehearsal: stops'
kill -TERM "$app"
for _ in {1..100}; do
  kill -0 "$app" 2>/dev/null || break
  sleep 0.1
done
if kill -0 "$app" 2>/dev/null; then fail "it did not stop within 10 s: $(cat "$work/log")"; fi
code=0
wait "$app" || code=$?
app=
# 143 is SIGTERM, which Nest sends itself once everything is closed.
[[ $code == 0 || $code == 143 ]] || fail "it stopped with code $code: $(cat "$work/log")"
echo 'rehearsal: passed'
