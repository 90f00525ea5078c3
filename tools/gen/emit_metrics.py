"""contracts/metrics.yaml -> the table of metrics in C++ and its reference page."""

from source import BANNER, SourceError, check_keys, cpp_header, cpp_string, load, pascal

SOURCE = "contracts/metrics.yaml"
KINDS = ("counter", "gauge", "histogram")
UNITS = ("seconds", "count")

STRUCTS = """
enum class MetricKind : std::uint8_t { Counter, Gauge, Histogram };
enum class MetricUnit : std::uint8_t { Count, Seconds };

/// One metric. `values` are those of its only label; empty when it has none.
struct MetricInfo {
  std::string_view name;
  MetricKind kind = MetricKind::Counter;
  MetricUnit unit = MetricUnit::Count;
  std::string_view label{};
  std::span<const std::string_view> values{};
  std::string_view help{};
};
"""


def read(root):
    groups = load(root / SOURCE)["groups"]
    seen = set()
    for group in groups:
        check_keys(f"{SOURCE}: {group.get('title')}", group, ("title", "metrics"))
        for metric in group["metrics"]:
            where = f"{SOURCE}: {metric.get('name')}"
            check_keys(where, metric, ("name", "kind", "help"), ("in", "label", "values"))
            if metric["kind"] not in KINDS or metric["name"] in seen:
                raise SourceError(f"{where}: unknown kind or repeated name")
            if (metric["kind"] == "histogram") != ("in" in metric) or metric.get("in", "count") not in UNITS:
                raise SourceError(f"{where}: a histogram says what it is in: {', '.join(UNITS)}")
            if ("label" in metric) != ("values" in metric):
                raise SourceError(f"{where}: a label needs its values")
            seen.add(metric["name"])
    return groups


def short(metric):
    return metric["name"].removeprefix("scaiflow_").removesuffix("_total")


def identifier(metric):
    return pascal(short(metric))


def row(metric):
    parts = [
        cpp_string(metric["name"]),
        f"MetricKind::{pascal(metric['kind'])}",
        f"MetricUnit::{pascal(metric.get('in', 'count'))}",
        cpp_string(metric.get("label", "")),
    ]
    values = f"metric_values::{short(metric)}" if "values" in metric else "{}"
    return [f"    {{{', '.join(parts)}, {values},", f"     {cpp_string(metric['help'])}}},"]


def header(groups):
    flat = [metric for group in groups for metric in group["metrics"]]
    lines = cpp_header(SOURCE, ["<cstdint>", "<span>", "<string_view>"]) + ["namespace scaiflow::contracts {"]
    lines += STRUCTS.rstrip("\n").split("\n") + ["", "enum class Metric : std::uint8_t {"]
    lines += [f"  {identifier(metric)}," for metric in flat] + ["};", "", "namespace metric_values {"]
    for metric in flat:
        if "values" in metric:
            items = ", ".join(cpp_string(value) for value in metric["values"])
            lines.append(f"inline constexpr std::string_view {short(metric)}[] = {{{items}}};")
    lines += [
        "}  // namespace metric_values",
        "",
        "/// By `Metric`.",
        "inline constexpr MetricInfo metrics[] = {",
    ]
    for metric in flat:
        lines += row(metric)
    return "\n".join(lines + ["};", "", "}  // namespace scaiflow::contracts", ""])


def page(groups):
    lines = [
        f"<!-- {BANNER.format(source=SOURCE)} -->",
        "# Metrics",
        "",
        "`GET /metrics` answers in Prometheus text 0.0.4. With `SCAIFLOW_METRICS_TOKEN` it wants that",
        "bearer; without, it answers callers on the same machine alone.",
    ]
    for group in groups:
        lines += ["", f"## {group['title']}", "", "| name | kind | label | meaning |", "|---|---|---|---|"]
        for metric in group["metrics"]:
            label = f"`{metric['label']}`: {', '.join(metric['values'])}" if "label" in metric else ""
            lines.append(f"| `{metric['name']}` | {metric['kind']} | {label} | {metric['help']} |")
    return "\n".join(lines) + "\n"


def emit(root):
    groups = read(root)
    return {"generated/cpp/metrics.h": header(groups), "docs/reference/metrics.md": page(groups)}
