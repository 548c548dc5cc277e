# Where this was written no engine could build it. Checked by hand instead, on Debian 12: in a mount namespace with
# an emptied /usr/local holding only CPython 3.11, pip, setuptools and wheel (as the base image has), each COPY
# (minding .dockerignore) and RUN below was carried out at its real path, and then ENTRYPOINT, CMD and HEALTHCHECK
# as user 10001 with the build stage's files gone.

# The oldest Python we support, so the one the tests run on. Both stages share it: a venv links to its interpreter.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
ENV UV_PROJECT_ENVIRONMENT=/opt/gateway \
    UV_PYTHON_DOWNLOADS=never \
    UV_COMPILE_BYTECODE=1
WORKDIR /src
# Dependencies apart from the code: they change seldom, and so their layer is seldom built.
COPY pyproject.toml uv.lock ./
RUN pip install "$(sed -n 's/.*"\(uv==[^"]*\)".*/\1/p' pyproject.toml)" \
    && uv sync --frozen --no-dev --no-install-project
COPY README.md LICENSE ./
COPY gateway gateway
COPY resolvers resolvers
RUN uv sync --frozen --no-dev --no-editable

FROM ${PYTHON}
# Nothing is installed at run time, so what could install goes. The image ships the standard library uncompiled, and
# our user cannot write there: without compileall every start and every health check would compile it again.
RUN pip uninstall --yes setuptools wheel pip \
    && rm -r /usr/local/lib/python3.*/ensurepip \
    && python -m compileall -q -x '/tests?/' /usr/local/lib/python3.*
COPY --from=build /opt/gateway /opt/gateway
ENV PATH=/opt/gateway/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    GATEWAY_HOST=0.0.0.0 \
    GATEWAY_PORT=8000
# A number, because Kubernetes' runAsNonRoot cannot judge a name; nothing needs an entry in /etc/passwd.
USER 10001:10001
EXPOSE 8000
# http.client and not urllib: an HTTP_PROXY set for the upstream must not catch this request.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['GATEWAY_PORT']), timeout=2); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["gateway"]
CMD ["serve"]
