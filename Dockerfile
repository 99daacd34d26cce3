# Sportello, CPU only. Build: docker build -t sportello .
# Run: docker run -p 8000:8000 -v ./content:/content:ro -v sportello-data:/data sportello
FROM node:22-slim AS widget
WORKDIR /src
COPY widgets/deflection .
RUN npm ci --loglevel=error && npm run --silent check && npm run --silent build

FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/sportello
ENV PATH=/opt/sportello/bin:$PATH
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY app app
COPY indexer indexer
COPY search search
COPY widgets widgets
COPY --from=widget /src/dist widgets/deflection/dist
RUN pip install --no-cache-dir -c constraints.txt .
# The encoder is unpacked once, here: the container starts without doing so, and on a read-only root.
RUN python -c "from pathlib import Path; from search.encoders import open_encoder; open_encoder('', Path('/opt/models'))"

FROM python:3.11-slim
# onnxruntime and FAISS need OpenMP's runtime, which the slim image has not.
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data sportello && mkdir /data && chown sportello /data
COPY --from=build /opt/sportello /opt/sportello
COPY --from=build --chown=sportello /opt/models /opt/models
COPY content /content
ENV PATH=/opt/sportello/bin:$PATH SPORTELLO_CONTENT=/content SPORTELLO_DATA=/data SPORTELLO_MODELS=/opt/models
USER sportello
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["sportello", "serve", "--host", "0.0.0.0"]
