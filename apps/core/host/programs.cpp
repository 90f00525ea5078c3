#include "apps/core/host/programs.h"

#include "apps/core/host/engine.h"
#include "libs/ir/codec.h"
#include "libs/ir/verify.h"

namespace scaiflow::core {

namespace {

Json detail(const std::string& field, const std::string& message) {
  return Json::object({{"field", field}, {"message", message}});
}

Error invalid_source(const std::string& message, JsonArray details) {
  return Error{"INVALID_SOURCE_IR", "verifier error: " + message, Retry::Never, Json(std::move(details))};
}

}  // namespace

Result<machine::ProgramPtr> compile_bundle(std::string_view bundle) {
  auto module = ir::decode_any(bundle);
  if (!module) {
    return tl::unexpected(invalid_source(module.error().message, {detail("", module.error().message)}));
  }
  JsonArray details;
  std::string first;
  for (const diag::Diagnostic& problem : ir::verify(*module)) {
    if (problem.severity != diag::Severity::Error) continue;
    if (first.empty()) first = problem.message;
    details.push_back(detail(problem.path.value_or(""), problem.code + ": " + problem.message));
  }
  if (!details.empty()) return tl::unexpected(invalid_source(first, std::move(details)));
  auto program = machine::Program::compile(std::move(*module), ir::address(bundle));
  if (!program)
    return tl::unexpected(invalid_source(program.error().message, {detail("", program.error().message)}));
  return *program;
}

machine::ProgramPtr Programs::cached(const std::string& ir_hash) const {
  const std::lock_guard lock(mutex_);
  const auto at = programs_.find(ir_hash);
  return at == programs_.end() ? nullptr : at->second;
}

Result<machine::ProgramPtr> Programs::load(const std::string& ir_hash) {
  if (machine::ProgramPtr known = cached(ir_hash)) return known;
  auto bundle = database_.read([&](store::Connection& db) {
    return db.query_one(
        "SELECT bundle FROM mod_scaicore_core_versions WHERE ir_hash = ? AND bundle IS NOT NULL LIMIT 1",
        {ir_hash}, [](const store::Row& row) { return row.string(0); });
  });
  if (!bundle) return tl::unexpected(bundle.error());
  if (!*bundle) return fail("IrUnavailableError", "no Core has the IR " + ir_hash);
  Result<machine::ProgramPtr> program = compile_bundle(**bundle);
  if (!program) return program;
  const std::lock_guard lock(mutex_);
  if (programs_.size() >= kept_max) {
    std::erase_if(programs_, [](const auto& entry) { return entry.second.use_count() == 1; });
  }
  return programs_.emplace(ir_hash, *program).first->second;
}

Result<std::string> put_core_version(store::Connection& db, const std::string& core_id,
                                     std::string_view bundle, const std::string& created_by,
                                     std::int64_t now_ms) {
  auto module = ir::decode_any(bundle);
  if (!module) return fail("INVALID_SOURCE_IR", module.error().message);
  const std::string hash = ir::address(bundle);
  Result<std::int64_t> inserted = db.execute(
      "INSERT INTO mod_scaicore_core_versions (core_id, ir_hash, version, schema_version, bundle, size, "
      "created_by, "
      "created_at) VALUES (?,?,?,?,?,?,?,?)",
      {core_id, hash, module->version, module->schema_version, store::Blob{std::string(bundle)},
       static_cast<std::int64_t>(bundle.size()), created_by, now_ms});
  if (!inserted && inserted.error().code != store::db_error::UniqueViolation)
    return tl::unexpected(inserted.error());
  return hash;
}

}  // namespace scaiflow::core
