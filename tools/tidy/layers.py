"""Who may include whom: the table of the house."""
import re

from tools.tidy.source import CPP, Problem, is_test

DIRECT = {
    "libs/base": (),
    "libs/diag": ("libs/base",),
    "libs/expr": ("libs/diag",),
    "libs/flow": ("libs/base", "libs/diag", "libs/expr"),
    "libs/ir": ("libs/expr",),
    "libs/manifest": ("libs/ir",),
    "libs/crdt": ("libs/base",),
    "libs/net": ("libs/base",),
    "libs/store": ("libs/base", "libs/net"),
    "libs/identity": ("libs/base", "libs/net", "libs/store"),
    "apps/compiler": ("libs/base", "libs/diag", "libs/expr", "libs/flow", "libs/ir", "libs/manifest"),
    "apps/core/machine": ("libs/base", "libs/diag", "libs/expr", "libs/ir"),
    "apps/core/fixtures": ("apps/core/machine", "apps/compiler"),
    "apps/compiler/wasm": ("apps/core/fixtures", "apps/compiler"),
    "apps/core/host": ("apps/core/machine", "libs/net", "libs/store"),
    "apps/grid": ("apps/core/host", "apps/compiler", "libs/ir", "libs/manifest", "libs/store", "libs/net",
                  "libs/identity"),
    "apps/api": ("apps/compiler", "libs/flow", "libs/crdt", "libs/store", "libs/net", "libs/identity"),
}
EVERYTHING = "apps/cli"
OWNER_OF_GENERATED = {"diagnostics.h": "libs/diag", "kinds.h": "libs/flow",
                      "kind_lowering.h": "apps/compiler", "plugins.h": "libs/flow",
                      "ir_records.h": "libs/ir", "metrics.h": "libs/net"}
PURE = ("libs/base", "libs/diag", "libs/expr", "libs/flow", "libs/ir", "libs/manifest", "libs/crdt",
        "apps/compiler", "apps/core/machine", "apps/core/fixtures", "apps/compiler/wasm")
NOT_IN_PURE = {"coroutine", "expected", "format", "source_location", "thread", "mutex", "condition_variable",
               "future", "fstream", "filesystem", "random", "sys/socket.h", "unistd.h", "fcntl.h"}
ONLY_IN = (("boost/asio", "libs/net"), ("boost/beast", "libs/net"), ("sqlite3.h", "libs/store"),
           ("mysql", "libs/store"), ("mariadb", "libs/store"))
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def closure(layer):
    """Every layer that `layer` may see, itself included."""
    seen, open_layers = set(), [layer]
    while open_layers:
        current = open_layers.pop()
        if current not in seen:
            seen.add(current)
            open_layers += DIRECT.get(current, ())
    return seen


ALLOWED = {layer: closure(layer) for layer in DIRECT}


def layer_of(path):
    """The layer that a file or an include path belongs to, or None."""
    if path.startswith("generated/cpp/"):
        return OWNER_OF_GENERATED.get(path.rsplit("/", 1)[-1])
    matches = [layer for layer in (*DIRECT, EVERYTHING) if path.startswith(layer + "/")]
    return max(matches, key=len) if matches else None


def check_own(path, line, layer, included):
    target = layer_of(included)
    if included.startswith(("libs/", "apps/")) and target is None:
        return Problem(path, line, "include", f"{included} belongs to no layer of the house")
    if target is None or layer == EVERYTHING or target in ALLOWED[layer]:
        return None
    return Problem(path, line, "include", f"{layer} may not include {target}")


def check_system(path, line, layer, header):
    if layer in PURE and header in NOT_IN_PURE and not is_test(path):
        return Problem(path, line, "include", f"<{header}> may not be used in the pure half")
    for prefix, owner in ONLY_IN:
        if header.startswith(prefix) and layer != owner:
            return Problem(path, line, "include", f"<{header}> is used in {owner} only")
    return None


def check_includes(path, text):
    layer = layer_of(path)
    if layer is None or "." + path.rsplit(".", 1)[-1] not in CPP:
        return []
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        match = INCLUDE.match(line)
        if match:
            own, system = match.groups()
            found.append(check_own(path, number, layer, own) if own
                         else check_system(path, number, layer, system))
    return [problem for problem in found if problem]
