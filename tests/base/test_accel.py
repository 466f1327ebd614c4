"""Kernels on disk: complete or absent, private, and safe to warm twice at once."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import textwrap

import pytest

from pgx.base import accel
from pgx.base import accel as code_cache

MODULE = """
import numpy as np
from pgx.base.accel import helper, kernel
FACTOR = 3

@helper
def times(value):
    return value * FACTOR

@kernel("int64(int64[::1])")
def total(values):
    result = 0
    for value in values:
        result += times(value)
    return result

if __name__ != "kernels_under_test":
    print(total(np.arange(4)), len(total.signatures), total.py_func([1, 2]))
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "kernels_under_test.py").write_text(MODULE)
    return tmp_path


def start(folder, code, place="cache"):
    environment = dict(os.environ, PGX_KERNEL_CACHE=str(folder / place) if place else "")
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(
    folder,
    code="from kernels_under_test import total; import numpy as np; "
    "print(total(np.arange(4)), len(total.signatures), total.py_func([1, 2]))",
    place="cache",
):
    process = start(folder, code, place)
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, err
    return out


def kernels(folder):
    return sorted((folder / "cache").iterdir())


def test_a_kernel_is_published_once_and_then_read(folder):
    assert run(folder) == "18 1 9\n"
    (published,) = kernels(folder)
    before = (published.stat().st_mtime_ns, published.stat().st_ino)
    assert published.stat().st_mode & 0o077 == 0
    assert run(folder) == "18 1 9\n"
    assert kernels(folder) == [published]
    assert (published.stat().st_mtime_ns, published.stat().st_ino) == before


def test_a_changed_constant_or_source_is_another_kernel(folder):
    run(folder)
    path = folder / "kernels_under_test.py"
    path.write_text(MODULE.replace("FACTOR = 3", "FACTOR = 5"))
    assert run(folder) == "30 1 15\n"
    assert len(kernels(folder)) == 2


def test_a_damaged_kernel_is_compiled_and_replaced(folder):
    run(folder)
    (published,) = kernels(folder)
    whole = published.read_bytes()
    for damaged in (published.read_bytes()[:-7], b"", b"x" * 100):
        published.write_bytes(damaged)
        assert run(folder) == "18 1 9\n"
        assert published.read_bytes() == whole
        assert kernels(folder) == [published]


def test_a_folder_that_others_can_write_to_is_not_used(folder):
    (folder / "cache").mkdir()
    (folder / "cache").chmod(0o777)
    assert run(folder) == "18 1 9\n"
    assert kernels(folder) == []


@pytest.mark.parametrize(
    ("owner", "mode", "used"),
    [(0, 0o755, True), (1234, 0o700, True), (77, 0o700, False), (0, 0o775, False)],
)
def test_kernels_of_an_image_belong_to_root(owner, mode, used, tmp_path, monkeypatch):
    class Place:
        @staticmethod
        def stat():
            return os.stat_result((0o040000 | mode, 0, 0, 1, owner, 0, 0, 0, 0, 0))

    monkeypatch.setattr(os, "geteuid", lambda: 1234, raising=False)
    assert code_cache._is_private(Place) is used


def test_without_a_place_kernels_are_compiled_in_memory(folder):
    assert run(folder, place="") == "18 1 9\n"
    (folder / "file").write_text("")
    assert run(folder, place="file/below") == "18 1 9\n"


NOTICE = """
    import os
    from pgx.base import accel as code_cache
    from kernels_under_test import total
    import numpy as np
    os.access = lambda *_: False  # root may write anywhere
    code_cache.on_uncached_code(lambda: print("told"))
    print(total(np.arange(4)))
"""


def test_that_code_cannot_be_kept_is_told_before_it_is_compiled(folder):
    assert run(folder, NOTICE) == "told\n18\n"
    (folder / "file").write_text("")
    assert run(folder, NOTICE, place="file/below") == "told\n18\n"


@pytest.mark.exhaustive
def test_that_nothing_is_kept_is_not_told_where_it_is_wanted_so_or_is_there(folder):
    assert run(folder, NOTICE, place="") == "18\n"
    run(folder)
    assert run(folder, NOTICE) == "18\n"


def test_a_kernel_refuses_other_types(folder):
    code = """
        from kernels_under_test import total
        import numpy as np
        try:
            total(np.arange(4.0))
        except TypeError:
            print("refused")
    """
    assert run(folder, code) == "refused\n"


@pytest.mark.exhaustive
def test_two_processes_may_warm_at_once(folder):
    (folder / "other_kernels.py").write_text(MODULE.replace("kernels_under_test", "other_kernels"))
    code = """
        from pgx.base import accel
        own = ("kernels_under_test", "not_installed.at_all", "other_kernels")
        accel.kernel_modules = lambda: own
        print(*accel.warm())
    """
    both = [start(folder, code), start(folder, code)]
    for process in both:
        out, err = process.communicate(timeout=900)
        assert process.returncode == 0, err
        assert out == "kernels_under_test other_kernels\n"
    names = [path.name for path in kernels(folder)]
    assert [name.split("-")[0] for name in names] == [
        "kernels_under_test.total",
        "other_kernels.total",
    ]
    assert all(name.endswith(".kernel") for name in names)


@pytest.mark.exhaustive
def test_every_kernel_of_the_package_is_warmed():
    assert accel.warm() == list(accel.kernel_modules())
    assert "pgx_dosing.feedback._kernels" in accel.kernel_modules()
    for name in accel.kernel_modules():
        found = vars(importlib.import_module(name)).values()
        own = [value for value in found if isinstance(value, accel.Kernel)]
        assert own
        assert all(kernel._native is not None for kernel in own)


def test_importing_the_compiler_costs_nothing_until_a_kernel_is_made():
    code = "import sys, pgx.base.accel; print('numba' in sys.modules, 'numpy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout == "False False\n"
    assert all(name.endswith("_kernels") for name in accel.kernel_modules())


def test_settings_of_the_current_folder_are_not_read(tmp_path):
    """A delivered folder does not decide how kernels are compiled."""
    (tmp_path / ".numba_config.yaml").write_text("disable_jit: 1\nopt: 0\n")
    code = "from pgx.base.accel import _numba; numba = _numba();"
    code += "numba.core.config.reload_config(); import yaml;"
    code += "print(numba.core.config.DISABLE_JIT, int(numba.core.config.OPT), yaml.__name__)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("0 3 yaml\n", "")
