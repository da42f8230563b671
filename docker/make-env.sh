#!/bin/sh
# Writes the secrets for docker-compose.yml into .env, or into the file in the first argument. Never overwrites a value.
set -eu
file=${1:-.env}
umask 077
touch "$file"
# An existing file, for example a copy of .env.example, may be readable by every user.
chmod 600 "$file"

set_once() {
  grep -q "^$1=." "$file" 2>/dev/null || echo "$1=$2" >>"$file"
}

random_base64() {
  head -c 32 /dev/urandom | base64
}

set_once OPERATOR_KEY "$(random_base64)"
# #region leaderboard
set_once GAME_SERVER_KEY "$(random_base64)"
# #endregion
# #region sessions
set_once SESSION_SECRETS "$(random_base64)"
set_once SESSION_SEALING_KEYS "$(random_base64)"
# #endregion
# Hexadecimal, because it is part of a URL and base64 has slashes.
set_once POSTGRES_PASSWORD "$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')"
