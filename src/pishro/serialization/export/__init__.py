"""A fitted model outside pishro: as Python, C, ONNX and MATLAB source."""
