# The application; PostgreSQL and nginx stand beside it in compose.yaml.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --system --uid 10001 --home-dir /srv/farandole --shell /usr/sbin/nologin farandole \
    && mkdir -p /srv/farandole /var/lib/farandole/files \
    && chown farandole: /var/lib/farandole/files
WORKDIR /srv/farandole
COPY requirements.txt .
RUN pip install --no-cache-dir --quiet -r requirements.txt
COPY . .
RUN python -m compileall -q Home.py pages ui domain db
USER farandole
VOLUME /var/lib/farandole/files
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/healthz', timeout=4)"]
CMD ["uvicorn", "Home:app", "--host", "0.0.0.0", "--port", "8501", "--no-access-log", "--no-server-header", \
     "--timeout-graceful-shutdown", "10"]
