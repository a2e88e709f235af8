#!/bin/sh
# What `make run` does once everything is installed: database, demo town on the first start, addresses, server.
set -eu
cd "$(dirname "$0")/.."
PORT=${PORT:-8501}
HOST=${HOST:-127.0.0.1}
PY=.venv/bin/python
export PORT

$PY - "$HOST" "$PORT" <<'EOF' || exit 1
import socket, sys

host, port = sys.argv[1], sys.argv[2]
if not port.isdigit() or not 0 < int(port) < 65536:
    sys.exit(f"Farandole: PORT is a number between 1 and 65535, not {port}")
with socket.socket() as one:
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        one.bind((host, int(port)))
    except OSError as problem:
        sys.exit(f"Farandole: port {port} cannot be used ({problem.strerror}); choose another: make run PORT={int(port) % 65535 + 1}")
EOF

environment=$($PY -c 'from db.settings import settings; print(settings().environment)')
if [ "$environment" != production ] && ! grep -qs '^PUBLIC_URL=' .env; then
    PUBLIC_URL=${PUBLIC_URL:-http://localhost:$PORT}
    export PUBLIC_URL
fi
$PY -m db upgrade
if [ "$environment" != production ]; then
    $PY - <<'EOF' || $PY -m db demo --if-empty --size "${SIZE:-small}"
import sys

from db.demo import DEMO_PEOPLE, PASSWORD
from db.models import Account
from db.session import reading

with reading() as session:
    here = {email for (email,) in session.query(Account.email).where(Account.email.in_([email for email, _, _ in DEMO_PEOPLE]))}
if not here:
    sys.exit(1)
print(f"The demo town's people; everybody's password is {PASSWORD}:")
for email, name, role in DEMO_PEOPLE:
    if email in here:
        print(f"  {email:<22} {name:<18} {role}")
EOF
fi
echo
$PY -c 'from db.settings import settings; print(f"Farandole is served on {settings().public_url} (Ctrl-C ends it)", flush=True)'
exec $PY -m uvicorn Home:app --host "$HOST" --port "$PORT" --log-level warning
