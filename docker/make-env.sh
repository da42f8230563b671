#!/bin/sh
# Writes the secrets that docker-compose.yml needs into .env (or the file given). Never overwrites a value that is set.
set -eu
file=${1:-.env}
umask 077
touch "$file"
# A file that was there before, e.g. a copy of .env.example, may be readable by every user.
chmod 600 "$file"

set_once() {
  grep -q "^$1=." "$file" 2>/dev/null || echo "$1=$2" >>"$file"
}

random_base64() {
  head -c 32 /dev/urandom | base64
}

set_once SESSION_SECRETS "$(random_base64)"
set_once SESSION_SEALING_KEYS "$(random_base64)"
set_once GAME_SERVER_KEY "$(random_base64)"
set_once OPERATOR_KEY "$(random_base64)"
# Part of a URL, so without base64's slashes.
set_once POSTGRES_PASSWORD "$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')"
