#pragma once

#include <iosfwd>
#include <string>
#include <vector>

/// The commands that need no server (06 §10). Each takes the words behind its name and gives the exit code.
namespace scaiflow::cli {

using Args = std::vector<std::string>;

inline constexpr int exit_ok = 0;
inline constexpr int exit_problems = 1;
inline constexpr int exit_usage = 2;  ///< usage, unreadable input, unwritable output

int run_validate(const Args& args, std::istream& in, std::ostream& out, std::ostream& err);
int run_compile(const Args& args, std::istream& in, std::ostream& out, std::ostream& err);
int run_import(const Args& args, std::istream& in, std::ostream& out, std::ostream& err);
int run_run_tests(const Args& args, std::istream& in, std::ostream& out, std::ostream& err);
int run_diff(const Args& args, std::istream& in, std::ostream& out, std::ostream& err);
int run_merge(const Args& args, std::istream& in, std::ostream& out, std::ostream& err);
int run_fmt(const Args& args, std::istream& in, std::ostream& out, std::ostream& err);
int run_publish(const Args& args, std::istream& in, std::ostream& out, std::ostream& err);
int run_schema(const Args& args, std::istream& in, std::ostream& out, std::ostream& err);
int run_completion(const Args& args, std::istream& in, std::ostream& out, std::ostream& err);
int run_inspect(const Args& args, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace scaiflow::cli
