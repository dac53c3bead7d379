# The dashboard. In the root of the checkout:
#   docker build -f infra/containers/dashboard.Dockerfile -t atelier-dashboard:0.1.0 --build-arg VERSION=0.1.0 .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG VERSION=0.1.0-dev
WORKDIR /source
COPY . .
RUN dotnet publish src/Dashboard --configuration Release --runtime linux-x64 --no-self-contained -p:MinVerVersionOverride=${VERSION} --output /app \
    && cp infra/containers/healthcheck /app/ \
    && mkdir /writable

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
COPY --from=build --chown=1654:1654 /writable /store
ENV Atelier__Store=/store \
    Atelier__MetricsPort=9464 \
    DOTNET_EnableDiagnostics=0
# The user `app` of the .NET images. Nothing is written outside of /store and /tmp.
USER 1654
EXPOSE 7380 9464
HEALTHCHECK --interval=15s --timeout=5s --retries=12 CMD ["/app/healthcheck", "9464"]
ENTRYPOINT ["dotnet", "Atelier.Dashboard.dll"]
