#include "apps/compiler/package.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "apps/compiler/compile.h"
#include "libs/base/json_text.h"
#include "libs/flow/canonical.h"

namespace scaiflow::compiler {
namespace {

/// CRC-32 as zip wants it (ISO 3309).
std::uint32_t crc_of(std::string_view bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> out{};
    for (std::uint32_t i = 0; i < out.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320u : 0u);
      out[i] = value;
    }
    return out;
  }();
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char c : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFFu];
  return ~crc;
}

/// The zip of 09 §7: stored members without time, extra fields, comments or descriptors.
class Zip {
 public:
  void add(const std::string& name, const std::string& content) {
    const auto offset = static_cast<std::uint32_t>(out_.size());
    const std::string common = common_fields(name, content);
    append32(out_, 0x04034b50);
    out_ += common + name + content;
    append32(directory_, 0x02014b50);
    append16(directory_, 0x030A);  // made by Unix, 1.0
    directory_ += common;
    append16(directory_, 0);  // comment
    append16(directory_, 0);  // disk
    append16(directory_, 0);  // internal attributes
    append32(directory_, 0100644u << 16);
    append32(directory_, offset);
    directory_ += name;
    ++count_;
  }

  std::string take() {
    const auto offset = static_cast<std::uint32_t>(out_.size());
    out_ += directory_;
    append32(out_, 0x06054b50);
    append16(out_, 0);
    append16(out_, 0);
    append16(out_, count_);
    append16(out_, count_);
    append32(out_, static_cast<std::uint32_t>(directory_.size()));
    append32(out_, offset);
    append16(out_, 0);
    return std::move(out_);
  }

 private:
  static void append16(std::string& out, std::uint32_t value) {
    out.push_back(static_cast<char>(value & 0xFF));
    out.push_back(static_cast<char>(value >> 8 & 0xFF));
  }
  static void append32(std::string& out, std::uint32_t value) {
    append16(out, value & 0xFFFF);
    append16(out, value >> 16);
  }

  /// What stands in front of a member and in the directory alike.
  static std::string common_fields(const std::string& name, const std::string& content) {
    const auto size = static_cast<std::uint32_t>(content.size());
    std::string out;
    append16(out, 10);      // version needed
    append16(out, 0);       // flags
    append16(out, 0);       // stored
    append16(out, 0);       // time
    append16(out, 0x0021);  // 1980-01-01
    append32(out, crc_of(content));
    append32(out, size);
    append32(out, size);
    append16(out, static_cast<std::uint32_t>(name.size()));
    append16(out, 0);  // extra fields
    return out;
  }

  std::string out_;
  std::string directory_;
  std::uint32_t count_ = 0;
};

std::string package_json(const PackageInfo& info) {
  const Json value = Json::object({{"author_id", info.author_id},
                                   {"created_from", info.created_from},
                                   {"description", info.description},
                                   {"format_version", 1},
                                   {"name", info.name},
                                   {"package_id", info.package_id},
                                   {"version", info.version}});
  return to_ecma_text(value) + "\n";
}

}  // namespace

PackageResult make_package(const Json& document, const PackageInfo& info) {
  CompileResult compiled = compile_document(document, Format::Yaml);
  PackageResult result{std::nullopt, std::move(compiled.diagnostics)};
  if (!compiled.body) return result;
  Zip zip;
  zip.add("flow.json", flow::canonical(document));
  zip.add("manifest.yaml", *compiled.body);
  zip.add("package.json", package_json(info));
  if (info.readme) zip.add("README.md", *info.readme);
  result.bytes = zip.take();
  return result;
}

}  // namespace scaiflow::compiler
