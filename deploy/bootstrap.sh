#!/bin/sh
# Makes .venv and installs what is asked for: `run` (the application) or `dev` (and its tests). Does nothing when nothing changed.
# PYTHON names the interpreter to use; without it the first one that is 3.11 or newer.
set -eu
cd "$(dirname "$0")/.."

want=${1:-run}
case $want in
    run) lists="requirements.txt" ;;
    dev) lists="requirements.txt requirements-dev.txt" ;;
    *) echo "bootstrap.sh: run or dev, not $want" >&2; exit 2 ;;
esac

fail() {
    echo "Farandole: $1" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

if ! [ -x .venv/bin/python ] || ! new_enough .venv/bin/python; then
    found=""
    for name in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
        if command -v "$name" >/dev/null 2>&1 && new_enough "$name"; then
            found=$name
            break
        fi
    done
    if [ -z "$found" ]; then
        have=$( (${PYTHON:-python3} --version) 2>/dev/null || echo "no Python")
        fail "Python 3.11 or newer is needed and $have was found; install it (apt install python3 python3-venv) or name another with PYTHON=…"
    fi
    version=$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$found" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "$found cannot make a virtual environment; install it with: apt install python$version-venv"
    echo "Making the virtual environment (.venv, Python $version)"
    rm -rf .venv
    "$found" -m venv .venv || fail "the virtual environment could not be made in .venv"
fi

# the list of what was installed is kept beside it, and compared byte for byte
# shellcheck disable=SC2086
if ! cat $lists | cmp -s - ".venv/installed-$want"; then
    echo "Installing the parts listed in $lists (a few minutes the first time)"
    last=requirements.txt
    [ "$want" = dev ] && last=requirements-dev.txt
    .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input -r "$last" ||
        fail "pip could not install $last; the lines above say why (is the package index reachable?)"
    # shellcheck disable=SC2086
    cat $lists >".venv/installed-$want"
    [ "$want" = dev ] && cp requirements.txt .venv/installed-run
fi
exit 0
