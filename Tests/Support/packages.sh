#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes sure that what a purpose needs is on this machine: packages.sh build | demo | test | trixie
#
# Asks for what is needed, not for package names: on another distribution, or where a library was built by hand, nothing
# is installed. What is missing comes from Debian where we may install; elsewhere we say what to install and stop.
set -eu

missing=
# need PACKAGE COMMAND…: PACKAGE is missing where the command fails.
need() {
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}

need pkg-config command -v pkg-config
need libcurl4-openssl-dev pkg-config --atleast-version=7.87 libcurl
need libssl-dev pkg-config --atleast-version=3.0 libcrypto
need libsystemd-dev pkg-config libsystemd
need libsqlite3-dev pkg-config sqlite3
need curl command -v curl
if [ "$1" = demo ]; then
  need curl command -v curl
fi
if [ "$1" = trixie ]; then
  need debootstrap command -v debootstrap
fi
if [ "$1" = test ]; then
  need tzdata test -e /usr/share/zoneinfo/Europe/London
  need systemd test -x /lib/systemd/systemd -a -x /usr/bin/systemd-analyze
  need dbus command -v dbus-daemon
  need polkitd test -x /usr/lib/polkit-1/polkitd -o -x /usr/libexec/polkitd
  need openssl command -v openssl
  need python3-venv python3 -c 'import ensurepip, venv'
fi
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "missing (by their Debian names):$missing; install them and try again" >&2
  exit 1
elif [ "$(id -u)" = 0 ]; then
  as_root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root=sudo
else
  echo "missing packages; run: sudo apt-get install$missing" >&2
  exit 1
fi

echo "packages  installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # two lists of words
{
  $as_root apt-get -q -o DPkg::Lock::Timeout=120 update &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -qy -o DPkg::Lock::Timeout=120 install --no-install-recommends $missing
} >"$log" 2>&1 </dev/null || {
  cat "$log" >&2
  exit 1
}
