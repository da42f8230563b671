#!/usr/bin/env bash
# Builds docker/Dockerfile and starts the result without Docker. It runs the instructions on the current commit, each stage in a
# folder, and then the image's command and health check. It detects files that are not copied, missing production dependencies and
# failing starts. It does not use the base image: Node.js and the user are those of this machine.
# The argument is the repository of another service, for example of one that `npm run copy -- --new` made.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

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

# The build context: the current commit without the files in .dockerignore.
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
    WORKDIR) [[ $arguments == /app ]] || fail "WORKDIR is $arguments, but only /app is supported" ;;
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
    *) fail "the instruction $instruction is not supported" ;;
  esac
done <docker/Dockerfile

cd "$work/$stage"
in_image=(env -i PATH="$PATH" "${image_env[@]}")

echo 'rehearsal: the scripts that docker-compose.yml starts'
mapfile -t scripts < <(grep -oE 'dist/[a-z/-]+\.js' "$OLDPWD/docker-compose.yml")
for script in "${scripts[@]}"; do
  [[ -f $script ]] || fail "docker-compose.yml starts $script, but the image does not contain it"
done

echo 'rehearsal: a start without settings must fail'
sh "$OLDPWD/docker/make-env.sh" "$work/env"
mapfile -t secrets < <(grep -v ^POSTGRES_PASSWORD= "$work/env")
if said=$("${in_image[@]}" timeout 30 "${start[@]}" 2>&1); then fail "the app started without settings: $said"; fi
for setting in DATABASE_URL ENGINE_URL "${secrets[@]%%=*}"; do
  [[ $said == *"$setting"* ]] || fail "the app did not report that $setting is missing: $said"
done

echo 'rehearsal: a start with settings, while engine and database are down'
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
# Nothing listens on port 1. HOST overrides the image's setting, so that the app is not reachable from outside.
in_image+=("${secrets[@]}" PORT="$port" HOST=127.0.0.1 DATABASE_URL=postgres://nobody:none@127.0.0.1:1/none ENGINE_URL=valkey://127.0.0.1:1)
"${in_image[@]}" "${start[@]}" >"$work/log" 2>&1 &
app=$!
healthy() { "${in_image[@]}" "${health[@]}"; }
for _ in {1..60}; do
  if healthy; then break; fi
  kill -0 "$app" 2>/dev/null || break
  sleep 0.5
done
healthy || fail "the app did not become healthy: $(cat "$work/log")"

echo 'rehearsal: a stop'
kill -TERM "$app"
for _ in {1..100}; do
  kill -0 "$app" 2>/dev/null || break
  sleep 0.1
done
if kill -0 "$app" 2>/dev/null; then fail "the app did not stop within 10 s: $(cat "$work/log")"; fi
code=0
wait "$app" || code=$?
app=
# 143 is SIGTERM: Nest sends it to its own process when everything is closed.
[[ $code == 0 || $code == 143 ]] || fail "the app exited with code $code: $(cat "$work/log")"
echo 'rehearsal: passed'
