"""A float16 GGUF out of a quantised one: the same numbers, free of llama.cpp's quantised products.

GGUF to GGUF, so the order of rows in the query and key matrices stays as it is.
"""

from pathlib import Path

import gguf
import numpy as np
from gguf.quants import dequantize

_ADDED_BY_WRITER = ("GGUF.", "general.architecture", "general.file_type")


def write_float16_gguf(source: Path, target: Path) -> Path:
    """Copy every field of `source`, and its tensors as float16 (vectors as float32)."""
    reader = gguf.GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(target, architecture)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    for field in reader.fields.values():
        if not field.name.startswith(_ADDED_BY_WRITER):
            kind, *inner = field.types
            writer.add_key_value(field.name, field.contents(), kind, inner[-1] if inner else None)
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type)
        writer.add_tensor(tensor.name, values.astype(np.float16 if values.ndim > 1 else np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target
