FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /threatnet ./cmd/threatnet

FROM scratch
COPY --from=build /threatnet /threatnet
USER 65534:65534
EXPOSE 8080
ENTRYPOINT ["/threatnet"]
CMD ["serve", "/models", "--listen", ":8080"]
