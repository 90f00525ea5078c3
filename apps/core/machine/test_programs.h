#pragma once

#include <gtest/gtest.h>

#include "apps/core/machine/program.h"
#include "libs/ir/codec.h"

/// Small programs for the tests of the machine.
namespace scaiflow::machine {

/// A module with a plugin `p` and a flow `main` of the given blocks; `more` are further members, each
/// with a comma behind it.
inline ProgramPtr program_of(const std::string& body, const std::string& more = "") {
  auto module = ir::from_json_text(
      R"J({"name":"x","identity":{"name":"x","persona":"x"},)J" + more +
      R"J("plugins":[{"alias":"p","endpoint":"plugin://p"}],"flows":[{"name":"main","body":)J" + body +
      "}]}");
  EXPECT_TRUE(module.has_value()) << (module ? "" : module.error().message);
  auto program = Program::compile(std::move(*module), "hash");
  EXPECT_TRUE(program.has_value()) << (program ? "" : program.error().message);
  return program ? *program : nullptr;
}

inline Started started(Json input = Json::object()) {
  Started out;
  out.execution_id = out.root_execution_id = "exec_1";
  out.flow = "main";
  out.entry_name = "entry";
  out.input = std::move(input);
  return out;
}

}  // namespace scaiflow::machine
