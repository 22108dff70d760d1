"""Makes what the comparison needs: the peer's Python environment, our program, and the models."""

from __future__ import annotations

import os
import pathlib
import sys

import ik_bench
from cases import IK_LLAMA, OURS, PEERS, Programs, Side
from tools import ROOT, Failure, output_of, run

WORK = pathlib.Path(__file__).resolve().parent / ".build-peer"
REQUIREMENTS = ["llama-cpp-python==0.3.36", "gguf==0.19.0"]
SERVER_REQUIREMENTS = ["llama-cpp-python[server]==0.3.36", "gguf==0.19.0"]
BUILD_REQUIREMENTS = ["cmake==3.31.6", "ninja==1.13.0"]
TORCH_REQUIREMENTS = ["torch==2.15.0", "numpy==2.4.6", "safetensors==0.8.0"]
AVX2_ONLY = (
    "-DGGML_NATIVE=OFF -DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON"
)


def peer_python(given: pathlib.Path | None, avx2: bool) -> pathlib.Path:
    """The interpreter that has llama.cpp: the one given, or that of an environment made once."""
    if given is not None:
        if not has_peer(given):
            raise Failure(f"{given} has no {' and '.join(REQUIREMENTS)}; leave --peer-python out")
        return given
    folder = WORK / ("venv-avx2" if avx2 else "venv")
    python = folder / "bin" / "python"
    if not has_peer(python):
        make_environment(folder, AVX2_ONLY if avx2 else "-DGGML_NATIVE=ON")
    return python


def has_peer(python: pathlib.Path) -> bool:
    """Whether an interpreter has the peer's modules."""
    return peer_version(python) != ""


def peer_version(python: pathlib.Path | None) -> str:
    """llama-cpp-python's version; empty if the interpreter has not all of the peer's modules."""
    probe = "import llama_cpp, gguf; print(llama_cpp.__version__)"
    return output_of(str(python), "-c", probe) if python else ""


def make_environment(folder: pathlib.Path, options: str) -> None:
    """Compiles llama.cpp with `options`, without pip's cache: it does not know of them."""
    name = f"Installing llama.cpp into {folder.name}"
    run(f"Making {folder.name}", [sys.executable, "-m", "venv", str(folder)], WORK / "venv.log")
    pip = [str(folder / "bin" / "pip"), "install", "--no-cache-dir", *REQUIREMENTS]
    run(f"{name} (5 to 10 minutes)", pip, WORK / f"{folder.name}.log", CMAKE_ARGS=options)


def server_python(given: pathlib.Path | None) -> pathlib.Path:
    """The interpreter that has llama-cpp-python's server: the one given, or one made once."""
    python = peer_python(given, avx2=False)
    if output_of(str(python), "-c", "import llama_cpp.server.app; print(1)") == "":
        if given is not None:
            raise Failure(f"{given} has no llama-cpp-python[server]; leave --peer-python out")
        pip = [str(python.with_name("pip")), "install", *SERVER_REQUIREMENTS]
        run("Installing llama-cpp-python's server", pip, WORK / "venv-server.log")
    return python


def llama_server() -> pathlib.Path:
    """llama.cpp's own server, compiled once from the source in llama-cpp-python's package."""
    program = WORK / "llama-server" / "bin" / "llama-server"
    if program.exists():
        return program
    python = peer_python(None, avx2=False)
    source = WORK / "llama-cpp-python"
    pip = [str(python), "-m", "pip"]
    fetch = [*pip, "download", "--no-binary", "llama-cpp-python", "--no-deps"]
    run("Fetching llama.cpp", [*fetch, REQUIREMENTS[0], "-d", str(source)], WORK / "fetch.log")
    archive = next(source.glob("*.tar.gz"))
    run("Unpacking it", ["tar", "xzf", str(archive), "-C", str(source)], WORK / "unpack.log")
    run("Installing cmake", [*pip, "install", *BUILD_REQUIREMENTS], WORK / "cmake.log")
    folder = next(source.glob("*/vendor/llama.cpp"))
    tools = f"{python.parent}:{os.environ['PATH']}"
    configure = ["cmake", "-G", "Ninja", "-S", str(folder), "-B", str(program.parent.parent)]
    flags = [f"-D{flag}=OFF" for flag in ("BUILD_TESTS", "BUILD_UI", "USE_PREBUILT_UI", "OPENSSL")]
    flags = [flag.replace("-D", "-DLLAMA_") for flag in flags]
    more = ["-DCMAKE_BUILD_TYPE=Release", "-DGGML_NATIVE=ON"]
    run("Configuring it", [*configure, *flags, *more], WORK / "configure.log", PATH=tools)
    build = ["ninja", "-C", str(program.parent.parent), "llama-server"]
    run("Compiling llama-server (10 minutes)", build, WORK / "llama-server.log", PATH=tools)
    return program


def torch_python(given: pathlib.Path | None) -> pathlib.Path:
    """The interpreter that has PyTorch: the one given, or that of an environment made once."""
    if given is not None:
        if torch_version(given) == "":
            raise Failure(
                f"{given} has no torch, numpy and safetensors; install them or leave "
                "--torch-python out"
            )
        return given
    folder = WORK / "venv-torch"
    python = folder / "bin" / "python"
    if torch_version(python) == "":
        run(f"Making {folder.name}", [sys.executable, "-m", "venv", str(folder)], WORK / "venv.log")
        pip = [str(folder / "bin" / "pip"), "install", *TORCH_REQUIREMENTS]
        run("Installing PyTorch (5 GB on Linux)", pip, WORK / f"{folder.name}.log")
    return python


def torch_version(python: pathlib.Path) -> str:
    """PyTorch's version; empty if the interpreter has not all that the twin imports."""
    probe = "import numpy, safetensors, torch; print(torch.__version__)"
    return output_of(str(python), "-c", probe)


def bitnet(given: pathlib.Path | None) -> pathlib.Path:
    """Our program: the one given, or this folder's, built in release."""
    if given is not None:
        if not given.exists():
            raise Failure(f"--bitnet: there is no {given}")
        return given.resolve()
    build = ["swift", "build", "-c", "release", "--product", "bitnet"]
    run("Building bitnet", build, WORK / "build.log")
    return pathlib.Path(output_of(*build, "--show-bin-path")) / "bitnet"


def knows_cache(program: pathlib.Path, cache: str) -> bool:
    """Whether our program has a cache type."""
    return cache in output_of(str(program), "bench", "--help").split("--kv", 1)[-1]


def make_models(sides: list[Side], programs: Programs) -> list[pathlib.Path]:
    """Makes the models that are not there yet, and returns them."""
    programs.models.mkdir(parents=True, exist_ok=True)
    made = []
    for side in sides:
        path = programs.models / side.model
        if path.exists():
            continue
        # Under another name until it is whole: a run that was cut short leaves no half model.
        part = path.with_suffix(".part.gguf")
        part.unlink(missing_ok=True)
        make = model_command(side, programs, part)
        run(f"Making {path.name}", make, WORK / f"{path.stem}.log")
        part.rename(path)
        made.append(path)
    return made


def model_command(side: Side, programs: Programs, path: pathlib.Path) -> list[str]:
    """The command that makes the model of a side."""
    if side.is_ours:
        zeros = ["--ffn-zeros", "0.85"] if "zeros" in side.model else []
        shape = ["--shape", "2b4t", "--embedding-type", "q8_0"]
        return [str(programs.bitnet), "synth", *shape, *zeros, "-o", str(path)]
    if side.program == IK_LLAMA:
        assert programs.ik_llama is not None
        return ik_bench.quantise(programs.ik_llama, programs.models / OURS[0].model, path)
    script = ROOT / "Benchmarks" / "peer_models.py"
    mixture = {PEERS["tq2_0"]: "TQ2_0", PEERS["q4_k_m"]: "Q4_K_M"}[side]
    return [str(programs.peer_python), str(script), mixture, str(path)]
