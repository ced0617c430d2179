"""Shape rules of onnxruntime's own operators (com.microsoft)."""
