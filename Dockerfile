# The server as a small image: the pages, the program, and nothing else.

FROM node:20-bookworm-slim AS pages
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY web/ ./
RUN npm run build

FROM rust:1.95-bookworm AS program
RUN rustup component add llvm-tools
WORKDIR /src
COPY . .
COPY --from=pages /src/web/dist/pages web/dist/pages
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo xtask dist && cp target/dist/punchcard /usr/local/bin/

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --user-group punchcard \
    && install -d -o punchcard -g punchcard -m 0700 /data
COPY --from=program /usr/local/bin/punchcard /usr/local/bin/
USER punchcard
VOLUME /data
EXPOSE 8080
ENV PUNCHCARD_DATA_DIR=/data PUNCHCARD_LISTEN=0.0.0.0:8080 PUNCHCARD_LOG_FORMAT=json
# The server ends by itself within ten seconds of this.
STOPSIGNAL SIGTERM
ENTRYPOINT ["punchcard"]
CMD ["serve"]
