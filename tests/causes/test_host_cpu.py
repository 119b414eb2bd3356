from __future__ import annotations

from elfdiff.causes.host_cpu import detect as host_cpu
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.model import FlagChange, InstructionSetChange

GENERIC = ("-mtune=generic", "-march=x86-64")
NATIVE = ("-march=znver3", "-mavx2", "--param=l1-cache-size=32", "--param=l1-cache-line-size=64", "-mtune=znver3")


def flags(a, b):
    return FlagChange(unit="main.c", a_flags=tuple(a), b_flags=tuple(b), origin="producer")


def test_cache_sizes_show_that_the_compiler_looked_at_its_host(seen, ask):
    assert ask(host_cpu, seen.given(flags(GENERIC, NATIVE))) == {"env-cpu-native": "certain"}
    assert ask(host_cpu, seen.given(flags(NATIVE, GENERIC))) == {"env-cpu-native": "certain"}


def test_a_cpu_that_somebody_wrote_is_a_flag_and_not_the_hosts(seen, ask):
    assert ask(host_cpu, seen.given(flags(GENERIC, ("-march=haswell",)))) == {}
    assert ask(host_cpu, seen.given(flags(("-O2",), ("-O1",)))) == {}


def test_a_long_list_without_cache_sizes_is_likely(seen, ask):
    without = [f"-mno-{name}" for name in ("fma4", "xop", "tbm", "lwp", "sgx")]
    a, b = ("-march=skylake", *without), ("-march=znver2", "-msse4a")
    assert ask(host_cpu, seen.given(flags(a, b))) == {"env-cpu-native": "likely"}


def test_another_compiler_detects_in_its_own_way(seen, ask):
    assert ask(host_cpu, seen.given(seen.tool("gcc", "GCC 11", "GCC 12"), flags(GENERIC, NATIVE))) == {}


def test_the_named_cpu_is_offered_for_x86_64_only(seen):
    def actions(machine):
        context = seen.given(languages=("c",), machine=machine).context
        return [fix.action.line for fix in host_cpu.fixes_for(context, ("env-cpu-native",))]

    assert any("-march=x86-64" in action for action in actions("Advanced Micro Devices X86-64"))
    assert not any("-march=x86-64" in action for action in actions("AArch64"))


def test_instruction_sets_of_many_functions_are_likely(seen, ask):
    def uses(count, total):
        return InstructionSetChange(a_only=(), b_only=("AVX2", "BMI2"), count=count, total=total)

    assert ask(host_cpu, seen.given(uses(4, 10), seen.function("f"))) == {"env-cpu-native": "likely"}
    assert ask(source_change, seen.given(uses(4, 10), seen.function("f"))) == {}
    assert ask(host_cpu, seen.given(uses(2, 2))) == {"env-cpu-native": "likely"}
    assert ask(host_cpu, seen.given(uses(2, 3))) == {}
    assert ask(host_cpu, seen.given(uses(1, 1))) == {}
    assert ask(host_cpu, seen.given(uses(5, 40))) == {}
    assert ask(host_cpu, seen.given(uses(4, 10), flags(GENERIC, ("-march=haswell",)))) == {}
    assert ask(host_cpu, seen.given(uses(4, 10), seen.drift("memchr", "2.6.0", "2.7.0"))) == {}


def test_one_function_of_a_few_that_all_changed_is_possible(seen, ask):
    sets = InstructionSetChange(a_only=(), b_only=("AVX512F",), count=1, total=4)
    functions = [seen.function(name) for name in ("l2", "ip", "add", "ham")]
    facts = seen.given(sets, *functions, seen.totals(4, changed=4))
    assert ask(host_cpu, facts) == {"env-cpu-native": "possible"}
    assert ask(source_change, facts) == {"source-change": "possible"}
    assert ask(host_cpu, seen.given(sets, *functions, seen.totals(40, changed=4))) == {}


def test_functions_without_partners_for_two_cpus_are_possible(seen, ask):
    sets = InstructionSetChange(a_only=("AVX2",), b_only=(), count=1, total=0)
    only = [seen.function("f", status="removed"), seen.function("g", status="added")]
    facts = seen.given(sets, *only, seen.totals(44, added=1, removed=1))
    assert ask(host_cpu, facts) == {"env-cpu-native": "possible"}
    assert ask(source_change, facts) == {"source-change": "possible"}
