# The image of every Airflow service in docker-compose.yml: Python, the locked packages, this project, nothing else.
# tini is not installed: docker-compose.yml sets init: true, and by hand it is `docker run --init`.
FROM python:3.12.12-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONPATH=/app \
    YILIAN_HOME=/data \
    AIRFLOW_HOME=/data/airflow

# An own user: neither Airflow nor dbt needs root. The volume takes over the owner of /data when it is first mounted.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin yilian \
    && install -d -o yilian -g yilian -m 0750 /data

WORKDIR /app

# First the packages, each with its hash: a change of the code does not install them again.
COPY requirements.lock .
RUN pip install --require-hashes --only-binary :all: --requirement requirements.lock

COPY . .
# Compiled here, since the user who runs it may not write here. The command `yilian` as on any other machine.
RUN python -m compileall -q scrapers warehouse \
    && printf '#!/usr/bin/env python\nfrom warehouse.cli import main\nmain()\n' > /usr/local/bin/yilian \
    && chmod 0755 /usr/local/bin/yilian

USER yilian
CMD ["airflow", "version"]
