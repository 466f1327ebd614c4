"""Run machine code of a compiled kernel without loading the compiler.

Numba needs a quarter of a second to be imported; its machine code does not need it. This
module hands a kernel's object file to LLVM's loader (llvmlite) and calls it by numba's own
calling convention: a pointer for the result, one for an error, then each array as (owner,
parent, size, item size, data, shape, strides) and each number as it is.
"""

from __future__ import annotations

import ctypes
import functools
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from pgx.errors import InvariantError

__all__ = [
    "EXTERNAL",
    "KernelSignature",
    "NativeKernel",
    "extract_object",
    "load_native",
    "parse_signature",
]

_ARGUMENT = re.compile(r"(u?int(?:8|16|32|64)|float64)(\[[^\]]*\])?")
_SCALARS: Final[dict[str, Any]] = {"int64": ctypes.c_int64, "float64": ctypes.c_double}
EXTERNAL: Final = {
    "memset": "memset",
    "memcpy": "memcpy",
    "memmove": "memmove",
    "NRT_MemInfo_call_dtor": "abort",
}
"""What machine code may call outside of itself, and the C function that answers.

LLVM makes the first three calls of its own accord. The last would free an array that the
kernel owns; kernels own none (the owner that is passed is null), so it is never called.
"""

_engines: list[Any] = []  # code lives as long as its engine


class Argument(NamedTuple):
    """Type of one argument; ``ndim`` is 0 for a number, else that of a C-contiguous array."""

    dtype: str
    ndim: int


class KernelSignature(NamedTuple):
    """A kernel's result and arguments; the result is always int64."""

    arguments: tuple[Argument, ...]


def parse_signature(text: str) -> KernelSignature:
    """Parse a numba signature of numbers and C-contiguous arrays.

    >>> parse_signature("int64(uint8[::1], int64)").arguments
    (Argument(dtype='uint8', ndim=1), Argument(dtype='int64', ndim=0))

    Raises
    ------
    InvariantError
        The result is not int64, or an argument is of a kind that kernels do not take.
    """
    result, _, inside = text.partition("(")
    if result.strip() != "int64" or not inside.endswith(")"):
        raise InvariantError(f"kernels return int64: {text}")
    arguments = []
    for part in re.split(r",\s*(?![^\[]*\])", inside[:-1]):
        match = _ARGUMENT.fullmatch(part.strip())
        if match is None or (match[2] and not match[2].endswith("::1]")):
            raise InvariantError(f"kernels take int64, float64 and C-contiguous arrays: {part}")
        ndim = match[2].count(",") + 1 if match[2] else 0
        if not ndim and match[1] not in _SCALARS:
            raise InvariantError(f"a number is int64 or float64: {part}")
        arguments.append(Argument(match[1], ndim))
    return KernelSignature(tuple(arguments))


class NativeKernel:
    """A loaded kernel; call it like the Python function, with the signature's types only."""

    def __init__(self, address: int, signature: KernelSignature) -> None:
        kinds: list[Any] = [ctypes.c_void_p, ctypes.c_void_p]
        for argument in signature.arguments:
            if argument.ndim:
                kinds += [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64]
                kinds += [ctypes.c_void_p] + [ctypes.c_int64] * (2 * argument.ndim)
            else:
                kinds.append(_SCALARS[argument.dtype])
        self._function = ctypes.CFUNCTYPE(ctypes.c_int32, *kinds)(address)
        self._arguments = signature.arguments
        self._kinds = kinds[2:]

    def __call__(self, *values: Any) -> int:  # noqa: ANN401 - arrays and numbers
        """Call the kernel; other types, shapes or strides than declared raise TypeError."""
        self._check_count(values)
        return self._run(self._flat(values, self._arguments))

    def bound(self, *values: Any, free: int) -> Callable[[int], int]:  # noqa: ANN401 - as above
        """Return a function of one number, the argument of index ``free``; the others stay.

        They are checked and taken apart here, once, which takes longer than many a call. The
        function keeps the arrays alive; their shapes must not change in place.
        """
        self._check_count(values)
        number = ctypes.c_int64()
        flat = self._flat(values[:free], self._arguments[:free])
        place = len(flat)
        flat += [0, *self._flat(values[free + 1 :], self._arguments[free + 1 :])]
        ready = [kind(value) for kind, value in zip(self._kinds, flat, strict=True)]
        ready[place] = number

        def call(value: int, _kept: tuple[Any, ...] = values) -> int:
            number.value = operator.index(value)
            return self._run(ready)

        return call

    def _check_count(self, values: Sequence[Any]) -> None:
        if len(values) != len(self._arguments):
            raise TypeError(f"{len(self._arguments)} arguments needed, {len(values)} given")

    @staticmethod
    def _flat(values: Sequence[Any], arguments: Sequence[Argument]) -> list[Any]:
        flat: list[Any] = []
        for value, argument in zip(values, arguments, strict=True):
            if argument.ndim:
                flat += _flattened(value, argument)
            else:
                flat.append(_number(value, argument))
        return flat

    def _run(self, flat: list[Any]) -> int:
        result, error = ctypes.c_int64(), ctypes.c_void_p()
        status = self._function(ctypes.addressof(result), ctypes.addressof(error), *flat)
        if status != 0:
            raise InvariantError(f"a kernel ended with status {status}")
        return result.value


def _flattened(array: Any, argument: Argument) -> list[Any]:  # noqa: ANN401
    found = getattr(array, "dtype", None)
    if found is None or _name(found) != argument.dtype or array.ndim != argument.ndim:
        raise TypeError(f"an array of {argument.ndim} dimensions of {argument.dtype} is needed")
    if not array.flags.c_contiguous or not array.flags.aligned:
        raise TypeError("a C-contiguous array is needed")
    data = array.__array_interface__["data"][0]
    return [None, None, array.size, array.itemsize, data, *array.shape, *array.strides]


@functools.cache
def _name(dtype: Any) -> str:  # noqa: ANN401 - numpy makes the name anew at each look
    return str(dtype.name)


def _number(value: Any, argument: Argument) -> int | float:  # noqa: ANN401
    return float(value) if argument.dtype == "float64" else operator.index(value)


def extract_object(result: Any) -> tuple[str, bytes] | None:  # noqa: ANN401 - numba's CompileResult
    """Return a compiled kernel's function name and an object file that holds it alone.

    Numba's wrapper for calls from Python is left out, so that the object refers to nothing
    but `EXTERNAL`; None where the kernel calls something else or cannot be taken apart.
    """
    from llvmlite import binding

    name = result.fndesc.llvm_func_name
    module = binding.parse_assembly(str(result.library._final_module))  # noqa: SLF001 - no public way
    for function in module.functions:
        if not function.is_declaration and function.name != name:
            function.linkage = "internal"
    passes = binding.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.add_strip_dead_prototype_pass()
    machine = _machine(opt=3)
    passes.run(
        module, binding.create_pass_builder(machine, binding.create_pipeline_tuning_options())
    )
    for function in module.functions:
        known = function.name.startswith("llvm.") or function.name in EXTERNAL
        if function.is_declaration and not known:
            return None
    return name, machine.emit_object(module)


def _machine(opt: int) -> Any:  # noqa: ANN401 - llvmlite has no types
    """Return a machine for this processor, as numba's own code generator asks for it."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target = binding.Target.from_triple(binding.get_process_triple())
    features = binding.get_host_cpu_features().flatten()
    return target.create_target_machine(
        cpu=binding.get_host_cpu_name(), features=features, opt=opt, codemodel="jitdefault"
    )


def load_native(code: bytes, name: str, signature: KernelSignature) -> NativeKernel:
    """Load an object file and return its function ``name``.

    Raises
    ------
    InvariantError
        The object file does not define the function.
    """
    from llvmlite import binding

    process = ctypes.CDLL(None)
    for needed, given in EXTERNAL.items():
        binding.add_symbol(needed, ctypes.cast(getattr(process, given), ctypes.c_void_p).value)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _machine(opt=0))
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    address = engine.get_function_address(name)
    if not address:
        raise InvariantError(f"the object file has no function {name}")
    _engines.append(engine)
    return NativeKernel(address, signature)
