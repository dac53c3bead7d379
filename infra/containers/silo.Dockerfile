# A silo. In the root of the checkout:
#   docker build -f infra/containers/silo.Dockerfile -t atelier-silo:0.1.0 --build-arg VERSION=0.1.0 .
#   docker build -f infra/containers/silo.Dockerfile -t atelier-silo-cuda:0.1.0 --build-arg VERSION=0.1.0 --build-arg TORCH_DEVICE=cuda .
# CUDA comes with libtorch; the driver comes from the host, by the NVIDIA container toolkit or the device plugin of Kubernetes.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TORCH_DEVICE=cpu
ARG VERSION=0.1.0-dev
WORKDIR /source
COPY . .
RUN dotnet publish src/Silo --configuration Release --runtime linux-x64 --no-self-contained -p:TorchDevice=${TORCH_DEVICE} -p:MinVerVersionOverride=${VERSION} --output /app \
    && cp -r models infra/containers/healthcheck /app/ \
    && mkdir /writable

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# What is mounted here need not be: volumes take the owner of these folders.
COPY --from=build --chown=1654:1654 /writable /store
COPY --from=build --chown=1654:1654 /writable /cache
ENV Atelier__Store=/store \
    Atelier__Models=/app/models \
    Atelier__ModelCache=/cache/models \
    Atelier__MetricsPort=9464 \
    DOTNET_EnableDiagnostics=0 \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
# The user `app` of the .NET images. Nothing is written outside of /store, /cache and /tmp.
USER 1654
EXPOSE 9464 11111 30000
HEALTHCHECK --interval=15s --timeout=5s --retries=12 CMD ["/app/healthcheck", "9464"]
ENTRYPOINT ["dotnet", "Atelier.Silo.dll"]
