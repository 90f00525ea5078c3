"""contracts/limits.yaml -> named constants in C++ and TypeScript."""
from source import BANNER, SourceError, check_keys, cpp_header, load

SOURCE = "contracts/limits.yaml"


def read(root):
    groups = load(root / SOURCE)
    seen = set()
    for limits in groups.values():
        for limit in limits:
            check_keys(f"{SOURCE}: {limit.get('name')}", limit, ("name", "value", "error"), ("note",))
            if limit["name"] in seen:
                raise SourceError(f"{SOURCE}: {limit['name']} is repeated")
            seen.add(limit["name"])
    return groups


def grouped(number):
    """5242880 -> 5'242'880."""
    return f"{number:,}".replace(",", "'")


def comment(limit):
    parts = [limit["error"]] if limit["error"] != "none" else []
    parts += [limit["note"]] if "note" in limit else []
    return f"  // {'; '.join(parts)}" if parts else ""


def constant(limit):
    return f"inline constexpr std::int64_t {limit['name']} = {grouped(limit['value'])};{comment(limit)}"


def header(groups):
    lines = cpp_header(SOURCE, ["<cstdint>"]) + ["namespace scaiflow::limits {"]
    for group, limits in groups.items():
        lines += ["", f"// {group}"]
        lines += [constant(limit) for limit in limits]
    return "\n".join(lines + ["", "}  // namespace scaiflow::limits", ""])


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def typescript(groups):
    lines = ["// " + BANNER.format(source=SOURCE), "export const LIMITS = {"]
    for group, limits in groups.items():
        lines.append(f"  // {group}")
        lines += [f"  {camel(limit['name'])}: {limit['value']:_}," for limit in limits]
    return "\n".join(lines + ["} as const;", ""])


def emit(root):
    groups = read(root)
    return {"generated/cpp/limits.h": header(groups), "generated/ts/limits.ts": typescript(groups)}
