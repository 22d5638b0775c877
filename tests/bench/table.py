# SPDX-License-Identifier: Apache-2.0
"""The report as Markdown."""


def seconds(value):
    return f"{value * 1e3:,.0f} ms" if value < 10 else f"{value:,.1f} s"


def compared(against):
    return f"{against['ratio']:.2f} ({against['lowest']:.2f} to {against['highest']:.2f})"


def full_size_rows(name, result):
    torch, openblas = result.get("against_torch_fp32"), result.get("against_openblas_sgemm")

    def row(what, measured, of=None):
        ratios = [compared(each[of]) if each and of else "" for each in (torch, openblas)]
        return (f"{name}: {what}", measured, *ratios)

    return [row("first sentence", seconds(result["wall_seconds"]), "first"),
            row("each later one", seconds(result["later_wall_seconds"]), "later"),
            row("whole process, one sentence", seconds(result["process_wall_seconds"]), "process"),
            row("the same, CPU time", seconds(result["process_cpu_seconds"]), "process_cpu"),
            row("simulated accelerator cycles", f"{result['simulated_cycles_per_second'] / 1e6:,.0f} M/s"),
            row("peak memory", f"{result['peak_memory_mib']:,.0f} MiB")]


def native_rows(result):
    for key, name in [("torch_fp32", "PyTorch float32 forward"), ("openblas_sgemm", "OpenBLAS sgemm, its products alone")]:
        if f"{key}_seconds" in result:
            yield name, f"{seconds(result[f'{key}_seconds'])} (CPU time {seconds(result[f'{key}_cpu_seconds'])})", "", ""


def small_model_rows(small):
    for key, name in [("early_exit", "early exit at 0.3"), ("all_layers", "all twelve layers")]:
        result = small[key]
        yield (f"sst2-small, {name} ({result['sentences']} sentences)", f"{result['sentences_per_second']:,.1f} sentences/s, "
               f"{result['simulated_cycles_per_second'] / 1e6:,.0f} M cycles/s, {result['peak_memory_mib']:,.0f} MiB", "", "")


def rows(report):
    yield from native_rows(report["full_size"])
    yield from full_size_rows("ALBERT-base dense", report["full_size"])
    yield from full_size_rows("ALBERT-base 50 % sparse, SST-2 spans", report["full_size_sparse"])
    yield from small_model_rows(report["small_model"])
    for loop, mips in report["iss"]["mips"].items():
        yield f"bare core: {loop.replace('_', ' ')}", f"{mips:,.0f} MIPS", "", ""
    for step, nanoseconds in report["costs_ns"].items():
        yield f"one {step.replace('_', ' ')}", f"{nanoseconds:,.0f} ns", "", ""


def settings_lines(report):
    """What PyTorch and OpenBLAS were tried with; the fastest was compared with."""
    for name, native in report["native"].items():
        if "missing" in native:
            yield f"{name}: {native['missing']}"
            continue
        tried = "; ".join(f"{setting}: {seconds(value)}" for setting, value in native["tried_cpu_seconds"].items())
        yield f"{name}: {native['settings']} (tried, CPU time: {tried})"


def markdown(report):
    host = report["host"]
    lines = [f"{host['processor']} ({', '.join(host['vector_instructions'])}), {host['cores']} cores, load {host['load']:.1f} at "
             f"the start; one thread each, medians of {report['full_size']['rounds']} rounds taken in turns, ratios with the range "
             "of single rounds.", "",
             "| measured | | of PyTorch | of sgemm |", "|---|---:|---:|---:|"]
    lines += [f"| {' | '.join(row)} |" for row in rows(report)]
    lines += ["", *(f"- {line}" for line in settings_lines(report))]
    return "\n".join(lines)
