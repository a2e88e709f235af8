#!/bin/sh
# Prints the path of a Chromium for the browser tests: the system's, else installed by apt (root), else by playwright.
set -eu
cd "$(dirname "$0")/.."

look() {
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
            command -v "$name"
            return 0
        fi
    done
    ours=$(.venv/bin/python -c 'from playwright.sync_api import sync_playwright
with sync_playwright() as p: print(p.chromium.executable_path)' 2>/dev/null) || return 1
    if [ -x "$ours" ]; then
        echo "$ours"
        return 0
    fi
    return 1
}

look && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests (apt)" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 || true
    look && exit 0
fi
echo "Installing Chromium for the browser tests (playwright)" >&2
.venv/bin/python -m playwright install chromium >/dev/null 2>&1 || true
look && exit 0
echo "Farandole: the browser tests need Chromium and none could be installed; install it with: apt install chromium" >&2
exit 1
