"""The bundled encoder's graph: BERT as an ONNX file for onnxruntime, in int8 or fp32.

Only the first start imports this, and with it onnx.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import onnx

from search.weights import MODEL, Array, Floats, Weights

Precision: TypeAlias = Literal["int8", "fp32"]


def write_graph(weights: Weights, precision: Precision, folder: Path) -> None:
    """Write model.onnx and weights.bin: token ids, (1, tokens) int64, to a unit vector, (1, hidden).

    BERT (Devlin et al. 2018), mean-pooled, one text at a time: no padding, so no mask.
    """
    graph = _Graph(folder)
    hidden = _embeddings(graph, weights)
    for layer in range(weights.layers):
        hidden = _layer(graph, weights, precision, f"l{layer}.", hidden)
    graph.node("ReduceSum", [hidden, graph.constant("tokens_axis", np.array([1]))], "sum", keepdims=0)
    graph.node("LpNormalization", ["sum"], "vector", axis=-1, p=2)  # the mean's divisor cancels out here
    graph.save(weights.hidden)


def _embeddings(graph: "_Graph", weights: Weights) -> str:
    """Words, kept at 4 bits (60 MB, not 384), plus positions, normalised."""
    words, rows = weights.tensors["emb.word"], weights.vocabulary
    nibbles = words.nibbles()
    packed = (nibbles[:, 0::2] | (nibbles[:, 1::2] << 4)).reshape(rows, -1)
    inputs = [
        graph.constant("words", packed),
        "input_ids",
        graph.constant("word_scales", words.scales().reshape(rows, -1)),
    ]
    graph.node("GatherBlockQuantized", inputs, "word", bits=4, block_size=32, gather_axis=0, quantize_axis=1)
    positions = weights.array("emb.pos") + weights.array("emb.type")[0]
    zero = graph.constant("zero", np.array([0]))
    graph.node("Shape", ["input_ids"], "count", start=1, end=2)
    graph.node("Slice", [graph.constant("positions", positions), zero, "count", zero], "position")
    graph.node("Add", ["word", "position"], "embedded")
    norm = [graph.constant(name, weights.array(name)) for name in ("emb.ln.w", "emb.ln.b")]
    return graph.node("LayerNormalization", ["embedded", *norm], "embeddings", axis=-1, epsilon=1e-12)


def _layer(graph: "_Graph", weights: Weights, precision: Precision, at: str, hidden: str) -> str:
    """One transformer block; `at` is the prefix of its tensors' names."""

    def stacked(*names: str) -> Floats:
        return np.concatenate([weights.array(at + name) for name in names])

    def vector(*names: str) -> str:
        return graph.constant(at + ".".join(names), stacked(*names))

    def add_norm(new: str, old: str, norm: str, bias: str) -> str:
        inputs = [new, old, vector(f"{norm}.w"), vector(f"{norm}.b"), vector(bias)]
        return graph.node("SkipLayerNormalization", inputs, at + norm, epsilon=1e-12)

    parts = [at + part for part in ("query", "key", "value")]
    sizes = graph.constant(at + "sizes", np.array([weights.hidden] * 3))
    projected = _product(graph, precision, hidden, stacked("q.w", "k.w", "v.w"), at + "qkv")
    graph.node("Split", [projected, sizes], *parts, axis=-1)
    inputs = [*parts, vector("q.b", "k.b", "v.b")]
    context = graph.node("MultiHeadAttention", inputs, at + "context", num_heads=weights.heads)
    output = _product(graph, precision, context, stacked("ao.w"), at + "ao")
    attended = add_norm(output, hidden, "aln", "ao.b")
    wide = _product(graph, precision, attended, stacked("fi.w"), at + "fi")
    inner = graph.node("BiasGelu", [wide, vector("fi.b")], at + "inner")
    return add_norm(_product(graph, precision, inner, stacked("fo.w"), at + "fo"), attended, "oln", "fo.b")


def _product(graph: "_Graph", precision: Precision, source: str, matrix: Floats, name: str) -> str:
    """`source` × `matrix` transposed; int8 weights have a scale per output, activations one per text."""
    if precision == "fp32":
        return graph.node("MatMul", [source, graph.constant(name + ".w", matrix.T)], name)
    scales = np.abs(matrix).max(axis=1) / np.float32(127)
    rounded = np.rint(matrix / scales[:, None]).astype(np.int8)
    inputs = [source, graph.constant(name + ".w", rounded.T), graph.constant(name + ".scales", scales)]
    return graph.node("DynamicQuantizeMatMul", inputs, name)


# onnxruntime's own operators: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
_CONTRIBUTED = {
    "BiasGelu",
    "DynamicQuantizeMatMul",
    "GatherBlockQuantized",
    "MultiHeadAttention",
    "SkipLayerNormalization",
}


@dataclass(frozen=True, slots=True)
class _Graph:
    """An ONNX graph under construction. Weights above 1 kB go to `weights.bin`, for the runtime to map."""

    folder: Path
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, values: Array) -> str:
        """Add a constant and return its name."""
        if values.nbytes > 1024:
            self.constants.append(self._external(name, values))
        else:  # inline, where the runtime's optimiser reads it
            self.constants.append(onnx.numpy_helper.from_array(values, name))
        return name

    def _external(self, name: str, values: Array) -> onnx.TensorProto:
        with (self.folder / "weights.bin").open("ab") as file:
            file.write(bytes(-file.tell() % 4096))  # mapped by pages
            place = {"location": "weights.bin", "offset": file.tell(), "length": values.nbytes}
            file.write(np.ascontiguousarray(values).data)
        tensor = onnx.TensorProto(name=name, dims=values.shape)
        tensor.data_type = onnx.helper.np_dtype_to_tensor_dtype(values.dtype)
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor

    def node(self, kind: str, inputs: Sequence[str], *outputs: str, **attributes: float) -> str:
        """Add an operator and return its first output's name."""
        domain = "com.microsoft" if kind in _CONTRIBUTED else ""
        node = onnx.helper.make_node(kind, inputs, outputs, domain=domain)
        node.attribute.extend(onnx.helper.make_attribute(key, value) for key, value in attributes.items())
        self.nodes.append(node)
        return outputs[0]

    def save(self, dimension: int) -> None:
        """Write model.onnx."""
        make = onnx.helper.make_tensor_value_info
        ids = make("input_ids", onnx.TensorProto.INT64, [1, "tokens"])
        vector = make("vector", onnx.TensorProto.FLOAT, [1, dimension])
        graph = onnx.helper.make_graph(self.nodes, MODEL, [ids], [vector], self.constants)
        versions = [onnx.helper.make_opsetid("", 20), onnx.helper.make_opsetid("com.microsoft", 1)]
        model = onnx.helper.make_model(graph, opset_imports=versions, ir_version=9)
        onnx.save(model, self.folder / "model.onnx")
