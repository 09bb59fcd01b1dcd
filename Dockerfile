# The mock server and the linter, from the pinned versions:
#   docker build -t wanproof .
#   docker run --rm -p 8321:8321 -e WANPROOF_ADMIN_TOKEN=secret wanproof
#   docker run --rm -v "$PWD:/work:ro" -w /work wanproof lint payloads/

FROM python:3.13-slim AS build
WORKDIR /src
COPY constraints-demo.txt ./
RUN python -m venv /opt/wanproof \
    && /opt/wanproof/bin/pip install --no-cache-dir --no-deps --require-hashes \
        --requirement constraints-demo.txt
COPY pyproject.toml README.md LICENSE ./
COPY validators validators
COPY mockserver mockserver
COPY contract_tests contract_tests
RUN /opt/wanproof/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/wanproof/bin/pip uninstall --yes pip \
    && python -m compileall -q -j 0 /opt/wanproof

FROM python:3.13-slim
COPY --from=build /opt/wanproof /opt/wanproof
ENV PATH=/opt/wanproof/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin wanproof
USER 10001
EXPOSE 8321
# Any answer is a sign of life, so the check needs no admin token.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import http.client; c = http.client.HTTPConnection('127.0.0.1', 8321, timeout=2); c.request('GET', '/_wanproof/health'); c.getresponse()"]
ENTRYPOINT ["wanproof"]
CMD ["serve", "--host", "0.0.0.0"]
