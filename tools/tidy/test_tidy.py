"""Each rule of tidy finds its breach and leaves good code alone."""
import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from tools.tidy import invariants, layers, links, rules, source, tidy


def lines(count, text="  x();\n"):
    return text * count


class Invariants(unittest.TestCase):
    def told(self, *last):
        """What is said of a table whose first rows are right."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "docs/reference").mkdir(parents=True)
            (root / "a_test.cpp").write_text("TEST(A, Holds) {}\n")
            rows = [f"| {n} | x | `a_test.cpp::Holds` |" for n in range(1, invariants.COUNT - len(last) + 1)]
            (root / invariants.PAGE).write_text("\n".join([*rows, *last]))
            return [problem.message for problem in invariants.check_invariants(root)]

    def test_a_named_test_must_exist(self):
        self.assertEqual(self.told("| 35 | x | Open |"), [])
        self.assertEqual(self.told("| 35 | x | `a_test.cpp::Gone`, `b.case` |"),
                         ["a_test.cpp has no test Gone", "b.case is missing"])

    def test_every_invariant_has_its_row(self):
        self.assertEqual(self.told("| 35 | x | |"), ["names neither a test nor what is open"])
        self.assertEqual(len(self.told("| 36 | x | Open |")), 1)


class Functions(unittest.TestCase):
    def named(self, path, text):
        return {function.name: function.length for function in source.functions(path, text)}

    def test_cpp_functions_and_their_lengths(self):
        text = ("namespace a {\nint f(int x) {\n  return x;\n}\n\n"
                "class C {\n public:\n  void g() const { h(); }\n};\n}\n")
        self.assertEqual(self.named("a.cpp", text), {"f": 3, "g": 1})

    def test_cpp_tables_and_initialisers_are_no_functions(self):
        text = "constexpr int table[] = {\n 1,\n};\nauto x = make({1, 2});\nstruct S { int a = f(1); };\n"
        self.assertEqual(self.named("a.cpp", text), {})

    def test_cpp_constructors_with_brace_initialisers(self):
        text = "Foo::Foo(int a) : a_{a}, b_(2), c_{{1}} {\n  run();\n}\n"
        self.assertEqual(self.named("a.cpp", text), {"Foo::Foo": 3})

    def test_cpp_braces_in_literals_do_not_count(self):
        text = "void f() {\n  s = \"}\";\n  c = '}';\n  r = R\"({)\";\n  // }\n  n = 1'000;\n}\n"
        text += "void g() {}\n"
        self.assertEqual(self.named("a.cpp", text), {"f": 7, "g": 1})

    def test_cpp_return_types_behind_the_parameters(self):
        self.assertEqual(self.named("a.h", "auto f(int a)\n    -> std::vector<int> {\n}\n"), {"f": 3})

    def test_cpp_macros_over_several_lines_are_left_out(self):
        text = "#define A(x) \\\n  void x() { \\\n  }\nvoid f() {\n}\n"
        self.assertEqual(self.named("a.cpp", text), {"f": 2})

    def test_script_functions(self):
        text = ("export function f(a: string): number {\n  return 1;\n}\n"
                "const g = (a: {b: number}) => {\n  return `}${a}`;\n};\n"
                "const table = { a: 1 };\nclass C { m(): void {\n } }\n")
        self.assertEqual(self.named("a.ts", text), {"f": 3, "g": 3, "m": 2})

    def test_nested_script_functions_count_as_lines_of_theirs(self):
        text = "function f() {\n  const g = () => {\n    return 1;\n  };\n}\n"
        self.assertEqual(self.named("a.ts", text), {"f": 5})

    def test_suites_are_no_functions_but_their_cases_are(self):
        text = "describe('a', () => {\n  it('b', () => {\n    c();\n  });\n});\n"
        self.assertEqual(self.named("a.test.ts", text), {"it": 3})

    def test_python_functions(self):
        self.assertEqual(self.named("a.py", "class C:\n    def f(self):\n        return 1\n"), {"f": 2})


class FileRules(unittest.TestCase):
    def found(self, path, text, enums=()):
        return [problem.rule for problem in rules.check_file(path, text, set(enums))]

    def test_a_function_of_71_lines_is_too_long(self):
        self.assertEqual(self.found("a.cpp", "void f() {\n" + lines(68) + "}\n"), [])
        self.assertEqual(self.found("a.cpp", "void f() {\n" + lines(69) + "}\n"), ["function"])
        self.assertEqual(self.found("a.py", "def f():\n" + lines(70, "    x()\n")), ["function"])

    def test_files_have_limits_and_tests_a_higher_one(self):
        self.assertEqual(self.found("a.cpp", lines(801, "int a;\n")), ["file"])
        self.assertEqual(self.found("a_test.cpp", lines(1000, "int a;\n")), [])
        self.assertEqual(self.found("a_test.cpp", lines(1001, "int a;\n")), ["file"])

    def test_lines_are_counted_in_characters(self):
        self.assertEqual(self.found("a.cpp", "// " + "é" * 107 + "\n"), [])
        self.assertEqual(self.found("a.cpp", "// " + "é" * 108 + "\n"), ["line"])

    def test_tests_do_not_sleep(self):
        self.assertEqual(self.found("a_test.cpp", "std::this_thread::sleep_for(1ms);\n"), ["sleep"])
        self.assertEqual(self.found("tests/api/test_a.py", "time.sleep(1)\n"), ["sleep"])
        self.assertEqual(self.found("a.test.ts", "await new Promise((r) => setTimeout(r, 5));\n"), ["sleep"])
        self.assertEqual(self.found("a.py", "time.sleep(1)\n"), [])

    def test_marks_need_an_issue_number(self):
        mark = "TO" + "DO"
        self.assertEqual(self.found("a.cpp", f"// {mark}: later\n"), ["mark"])
        self.assertEqual(self.found("a.cpp", f"// {mark} (#12): later\n"), [])
        self.assertEqual(self.found("a.cpp", "// FIX" + "ME\n"), ["mark"])

    def test_commented_out_code_is_found_and_prose_is_not(self):
        for dead in ("// call(a);", "// x = y + 1;", "// if (a) {", "  // }", "// return 1;"):
            self.assertEqual(self.found("a.cpp", dead + "\n"), ["dead"], dead)
        for prose in ("// The value, not the name; see below", "/// f(a);", "// if it fails (see a), stop"):
            self.assertEqual(self.found("a.cpp", prose + "\n"), [], prose)
        self.assertEqual(self.found("a.py", "# print(x)\n"), ["dead"])

    def test_a_switch_over_our_enum_has_no_default(self):
        text = "switch (k) {\n  case Kind::A: return 1;\n  default: return 2;\n}\n"
        self.assertEqual(self.found("a.cpp", text, ["Kind"]), ["default"])
        self.assertEqual(self.found("a.cpp", text, ["Other"]), [])

    def test_a_default_of_an_inner_switch_is_its_own(self):
        text = ("switch (k) {\n  case Kind::A:\n    switch (c) {\n"
                "      case 'x': break;\n      default: break;\n    }\n}\n")
        self.assertEqual(self.found("a.cpp", text, ["Kind"]), [])

    def test_threads_start_in_net_only(self):
        self.assertEqual(self.found("libs/store/a.cpp", "std::thread worker(run);\n"), ["thread"])
        self.assertEqual(self.found("libs/net/a.cpp", "std::thread worker(run);\n"), [])
        self.assertEqual(self.found("libs/store/a.cpp", "auto id = std::thread::id();\n"), [])


class Includes(unittest.TestCase):
    def found(self, path, line):
        return [problem.message for problem in layers.check_includes(path, line + "\n")]

    def test_the_table_holds_transitively(self):
        self.assertEqual(self.found("libs/manifest/a.cpp", '#include "libs/base/json.h"'), [])
        self.assertEqual(self.found("apps/grid/a.cpp", '#include "apps/core/machine/state.h"'), [])
        self.assertEqual(self.found("apps/cli/main.cpp", '#include "apps/api/api.h"'), [])

    def test_breaches_are_named(self):
        self.assertEqual(self.found("apps/compiler/a.cpp", '#include "libs/net/http.h"'),
                         ["apps/compiler may not include libs/net"])
        self.assertEqual(self.found("apps/api/a.cpp", '#include "apps/core/host/engine.h"'),
                         ["apps/api may not include apps/core/host"])
        self.assertEqual(self.found("libs/crdt/a.cpp", '#include "libs/flow/flow.h"'),
                         ["libs/crdt may not include libs/flow"])

    def test_generated_headers_belong_to_their_library(self):
        self.assertEqual(self.found("libs/net/a.cpp", '#include "generated/cpp/limits.h"'), [])
        self.assertEqual(self.found("libs/net/a.cpp", '#include "generated/cpp/kinds.h"'),
                         ["libs/net may not include libs/flow"])

    def test_system_headers(self):
        self.assertEqual(self.found("libs/expr/a.cpp", "#include <fstream>"),
                         ["<fstream> may not be used in the pure half"])
        self.assertEqual(self.found("libs/expr/a_test.cpp", "#include <fstream>"), [])
        self.assertEqual(self.found("libs/store/a.cpp", "#include <boost/asio/io_context.hpp>"),
                         ["<boost/asio/io_context.hpp> is used in libs/net only"])

    def test_unknown_folders_are_refused(self):
        self.assertEqual(self.found("libs/net/a.cpp", '#include "libs/misc/a.h"'),
                         ["libs/misc/a.h belongs to no layer of the house"])


class TreeRules(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def put(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def test_folders_have_a_short_readme(self):
        self.put("libs/base/a.h", "")
        self.put("libs/net/README.md", "x\n" * 41)
        self.put("libs/diag/README.md", "x\n" * 40)
        self.assertEqual([str(problem) for problem in tidy.check_readmes(self.root)],
                         ["libs/base/README.md:1: readme: is missing",
                          "libs/net/README.md:1: readme: 41 lines; the limit is 40"])

    def test_kinds_have_all_their_files(self):
        self.put("kinds/a/kind.yaml", "")
        self.put("kinds/b/kind.yaml", "")
        self.put("kinds/b/doc.md", "")
        self.put("kinds/b/tests/example.flowtest", "# x\n--- flow\n{}\n--- diagnostics\n--- yaml\n")
        self.assertEqual([str(problem).split(";")[0] for problem in tidy.check_kinds(self.root)],
                         ["kinds/a/doc.md:1: kind: is missing",
                          "kinds/a/tests/example.flowtest:1: kind: is missing",
                          "kinds/b/tests/example.flowtest:1: kind: has no YAML"])

    def test_links_lead_somewhere(self):
        self.put("docs/a.md", "# One thing\n\n## `Two` & three\n\n[b](sub/b.md#deep) [self](#one-thing)\n"
                 "[code](#two--three) [out](https://example.com/x.md) ![up](../README.md)\n"
                 "```\n[not](a/link.md)\n# No heading\n```\n`[nor](this.md)` `docs/sub/b.md` `sub/b.md`\n")
        self.put("docs/sub/b.md", "### Deep\n### Deep\n[again](#deep-1)\n")
        self.put("README.md", "")
        self.assertEqual(links.check_links(self.root), [])

    def test_broken_links_are_named(self):
        self.put("docs/a.md", "x\n[gone](b.md) [no](#heading)\n`docs/c.md`\n[out](../../x.md) [p](pic.png)\n")
        self.assertEqual([str(problem) for problem in links.check_links(self.root)],
                         ["docs/a.md:2: link: b.md leads nowhere",
                          "docs/a.md:2: link: #heading: docs/a.md has no such heading",
                          "docs/a.md:4: link: ../../x.md leads nowhere",
                          "docs/a.md:4: link: pic.png leads nowhere",
                          "docs/a.md:3: link: docs/c.md is not there"])

    def test_coverage_asks_for_each_code(self):
        self.put("contracts/diagnostics.yaml", "diagnostics:\n  - id: F011_Node\n  - id: F012\n")
        self.put("contracts/errors.yaml", "api:\n  - {code: not_found, status: 404}\n")
        self.put("tests/flows/a.txt", "error F011\n")
        self.put("libs/a_test.cpp", "expect(not_found);\n")
        self.assertEqual([problem.message for problem in tidy.check_coverage(self.root)],
                         ["no test produces F012"])

    def test_generated_folders_are_not_read_as_code(self):
        self.put("generated/cpp/a.h", "x" * 200)
        self.put("libs/base/a.h", "enum class Kind { A };\n")
        self.assertEqual(source.files(self.root), ["libs/base/a.h"])

    def test_the_exit_code_tells_of_problems(self):
        self.put("libs/base/a.cpp", "x" * 200)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            self.assertEqual(tidy.main(["--root", str(self.root), "libs"]), 1)
            self.assertEqual(tidy.main(["--root", str(self.root), "--only", "sleep", "libs"]), 0)
        self.assertEqual(printed.getvalue(),
                         "libs/base/a.cpp:1: line: 200 characters; the limit is 110\n")


if __name__ == "__main__":
    unittest.main()
