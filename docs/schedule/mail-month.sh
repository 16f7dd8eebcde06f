#!/bin/sh
# Mails one month (the one before today's, or the one named, as 2026-10), and only when all of it is published.
# Started in the project's folder. Each step has to succeed for the next; the exit code is that of the one that did not.
set -eu
umask 027
saypro=${SAYPRO:-.venv/bin/saypro}

month=${1:-latest}
if [ "$month" = latest ]; then
  today=$(date +%Y-%m)
  year=${today%-*}
  number=${today#*-}
  number=${number#0}
  if [ "$number" -eq 1 ]; then
    year=$((year - 1))
    number=13
  fi
  month=$(printf '%s-%02d' "$year" $((number - 1)))
fi

"$saypro" run --month "$month"
"$saypro" verify "$month"

# systemd, GitHub and Airflow hand the password over; cron cannot, so that it may lie in a file that only its user reads.
if [ -z "${SAYPRO_SMTP_PASSWORD:-}" ] && [ -r "${HOME:-}/.saypro-smtp" ]; then
  SAYPRO_SMTP_PASSWORD=$(cat "$HOME/.saypro-smtp")
  export SAYPRO_SMTP_PASSWORD
fi
"$saypro" mail --month "$month" --send
