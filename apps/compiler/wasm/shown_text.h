#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/compiler/compile.h"

namespace scaiflow::compiler {

/// Lines [from, to) of one text, counted from 0, give way to `lines`, each with its line break.
struct LineEdit {
  std::size_t from = 0;
  std::size_t to = 0;
  std::string_view lines;

  friend bool operator==(const LineEdit&, const LineEdit&) = default;
};

/// The shortest run of lines that turns one text into the other; refers to `after`. nullopt when one of them
/// does not end with a line break.
std::optional<LineEdit> line_edit(std::string_view before, std::string_view after);

/// The compiled texts that the page may have: the one it said it shows, and the last one it was given, whose
/// answer it may have dropped. So a key press sends the lines that changed over the border.
class ShownTexts {
 public:
  /// Keeps `text` under its serial and compares it with the one called `base`; nullopt: the page needs the
  /// whole. The edit is good until the next call.
  std::optional<LineEdit> show(Format format, std::string text, std::int64_t base, std::int64_t serial);

 private:
  struct Kept {
    Format format = Format::Yaml;
    std::int64_t serial = 0;
    std::string text;
  };

  Kept shown_, last_;
};

}  // namespace scaiflow::compiler
