# Haven in a container: one process, nobody's root, data in /data and keys in /keys.
# First stage: build the wheel, with build tools that stay behind. Every package is checked by its hash.
FROM python:3.11-slim AS build

WORKDIR /src
COPY requirements/build.txt requirements/run.txt requirements/
RUN python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY flows flows
COPY adapters adapters
COPY content content
COPY bot bot
RUN python -m pip wheel --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.11-slim

# PYTHONDONTWRITEBYTECODE: the file system may be read-only
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HAVEN_HOST=0.0.0.0 \
    HAVEN_PORT=8080 \
    HAVEN_DATABASE_URL=sqlite:////data/haven.db \
    HAVEN_KEY_FILE=/keys/keys.json

RUN --mount=type=bind,from=build,source=/src/requirements,target=/requirements \
    python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements/run.txt
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    python -m pip install --no-cache-dir --disable-pip-version-check --no-deps /wheels/*.whl
RUN groupadd --gid 10001 haven \
    && useradd --uid 10001 --gid haven --no-create-home --home-dir /data --shell /usr/sbin/nologin haven \
    && install -d -o haven -g haven -m 0700 /data /keys

USER haven
WORKDIR /data
VOLUME ["/data", "/keys"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['HAVEN_PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["haven"]
CMD ["serve"]
