#!/bin/sh
# Writes the secrets that docker-compose.yml asks for into .env (or the file given), each once: what is set stays.
set -eu
file=${1:-.env}
umask 077

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
