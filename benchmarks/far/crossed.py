"""Machines other than x86-64, and devices."""

from __future__ import annotations

from benchmarks.far.model import AGAIN, ASSERTING, BARE, PATH, Row

MAP = '-ffile-prefix-map="$PWD"=.'
MACHINES = (
    ("AArch64", "aarch64-linux-gnu"),
    ("ARM", "arm-linux-gnueabihf"),
    ("MIPS, big-endian", "mips-linux-gnu"),
    ("MIPS 64, little-endian", "mips64el-linux-gnuabi64"),
    ("PowerPC", "powerpc-linux-gnu"),
    ("PowerPC 64, little-endian", "powerpc64le-linux-gnu"),
    ("SPARC 64", "sparc64-linux-gnu"),
    ("SuperH", "sh4-linux-gnu"),
    ("m68k", "m68k-linux-gnu"),
    ("Alpha", "alpha-linux-gnu"),
    ("HPPA", "hppa-linux-gnu"),
    ("RISC-V 64", "riscv64-linux-gnu"),
    ("z/Architecture", "s390x-linux-gnu"),
)
BPF = """struct pair { int first; long second; };
static int (*helper)(const char *, int, ...) = (void *)6;
int far(struct pair *given) { helper("far", 3); return given->first * 2; }
char licence[] __attribute__((section("license"))) = "GPL";
"""
CUDA = "__global__ void scale(int *data) { data[threadIdx.x] *= 2; }\nvoid go(int *d) { scale<<<1, 32>>>(d); }\n"


def machine(name: str, prefix: str, kind: str) -> Row:
    """A program, or an object, of gcc for another machine."""
    flags = {"program": "-o p", "object": "-c -o p"}[kind]
    build = f'{prefix}-gcc -g -O2 %s "$PWD/p.c" {flags}'
    # gcc for Alpha links a temporary object whose name stays in the symbol table.
    causes = ("build-path", "?temporary-path") if (name, kind) == ("Alpha", "program") else ("build-path",)
    again = {AGAIN: ("temporary-path",)} if len(causes) > 1 else {}
    return Row(
        f"{name}, {kind}",
        f"{prefix}-gcc --version",
        build % "",
        "p",
        {PATH: causes} | again,
        {"p.c": ASSERTING},
        fixed=build % (f"-save-temps=obj {MAP}" if again else MAP),
        removed="-ffile-prefix-map" + (", -save-temps=obj" if again else ""),
        says="-ffile-prefix-map|-save-temps",
    )


def bare(name: str, version: str, build: str, source: str = BARE, suffix: str = "c", **more: object) -> Row:
    """An object without a C library."""
    file = f"p.{suffix}"
    command = build.replace("SOURCE", f'"$PWD/{file}"')
    given: dict[str, object] = {
        "removed": "-ffile-prefix-map",
        "says": "-ffile-prefix-map",
        "fixed": command.replace("$FLAGS", MAP),
    } | more
    return Row(name, version, command.replace("$FLAGS", ""), "p", {PATH: ("build-path",)}, {file: source}, **given)  # type: ignore[arg-type]


ROWS: tuple[Row, ...] = (
    *(machine(name, prefix, kind) for name, prefix in MACHINES for kind in ("program", "object")),
    bare("eBPF, Clang", "clang --version", "clang -target bpf -g -O2 $FLAGS -c SOURCE -o p", BPF),
    bare("eBPF, GCC", "bpf-gcc --version", "bpf-gcc -g -O2 $FLAGS -c SOURCE -o p", BPF),
    bare(
        "AMDGPU, Clang",
        "clang --version",
        "clang -target amdgcn-amd-amdhsa -mcpu=gfx906 -nogpulib -g -O2 $FLAGS -c SOURCE -o p",
        "__attribute__((amdgpu_kernel)) void scale(__attribute__((address_space(1))) int *data) { data[0] = 2 * data[0]; }\n",
    ),
    *(
        bare(
            f"{name}, Clang object",
            "clang --version",
            f"clang -target {target} -g -O2 -ffreestanding $FLAGS -c SOURCE -o p",
        )
        for name, target in (
            ("Hexagon", "hexagon-unknown-elf"),
            ("MSP430", "msp430-elf"),
            ("Lanai", "lanai"),
            ("AVR", "avr -mmcu=atmega328p"),
            ("RISC-V 32", "riscv32-unknown-elf"),
            ("ARM, big-endian", "armeb-linux-gnueabi"),
            ("AArch64, big-endian", "aarch64_be-linux-gnu"),
            ("PowerPC 64, big-endian", "powerpc64-linux-gnu"),
        )
    ),
    Row(
        "CUDA object",
        "$FAR/cuda/bin/nvcc --version | grep release",
        '$FAR/cuda/bin/nvcc -arch=sm_90 -c "$PWD/p.cu" -o p.o',
        "p.o",
        {AGAIN: ("random-seed",)},
        {"p.cu": CUDA},
        fixed="$FAR/cuda/bin/nvcc -arch=sm_90 --objdir-as-tempdir -Xcompiler -frandom-seed=p -c p.cu -o p.o",
        removed="--objdir-as-tempdir: the name of a temporary file is in .strtab",
        says="--objdir-as-tempdir",
        cures=(AGAIN,),
    ),
    Row(
        "CUDA -lineinfo -g",
        "$FAR/cuda/bin/nvcc --version | grep release",
        '$FAR/cuda/bin/nvcc -arch=sm_90 -lineinfo -g -c "$PWD/p.cu" -o p.o',
        "p.o",
        {AGAIN: ("random-seed", "?temporary-path"), PATH: ("build-path", "random-seed", "?temporary-path")},
        {"p.cu": CUDA},
        fixed="$FAR/cuda/bin/nvcc -arch=sm_90 --objdir-as-tempdir -lineinfo -g -c p.cu -o p.o",
        removed="--objdir-as-tempdir, and one directory: no prefix map reaches the fat binary",
        says="--objdir-as-tempdir",
        cures=(AGAIN,),
    ),
)
