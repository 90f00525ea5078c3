#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace scaiflow::flow {

/// One enumerator per kind in chapter order, e.g. `LlmFlexible`: generated/cpp/kinds.h.
enum class KindId : std::uint8_t;

enum class Category : std::uint8_t { Entry, Llm, Logic, Tool, Data, Checkpoint, Queue, Compute, Subflow };

/// Types of config fields (02 §1).
enum class FieldClass : std::uint8_t {
  Text,
  Int,
  Num,
  Bool,
  Enum,         ///< one of `values`
  Expr,         ///< E: a string is an expression or template, anything else a literal (04 §1)
  Template,     ///< T: any JSON; strings inside are templates
  ExprMap,      ///< map<E>
  TemplateMap,  ///< map<T>
  Schema,       ///< map field -> type (04 §4.3)
  Duration,     ///< duration text, or seconds
  TextList,
  Any,
  Policy,       ///< cause -> action(s) (04 §3.2.1)
  Limits,       ///< object of `members` (04 §3.2 `budget`)
  Constraints,  ///< text, or an object of `members`
  Examples,     ///< list of {input, output}
  Sections,     ///< sections of a review form (02 §8.3)
  Command,      ///< T: a string, or a list of strings
};

/// What the text of a field must look like, and so which code is reported.
enum class FieldForm : std::uint8_t {
  Any,
  Name,            ///< identifier that is not reserved: F123
  Identifier,      ///< F202
  Path,            ///< starts with `/`: F202
  CheckpointType,  ///< `^[a-z][a-z0-9_]*$`, not `debug_breakpoint`: F202
  Semver,          ///< F202
  Cron,            ///< F206
  Zone,            ///< F207
  CoreUri,         ///< F208
  Scope,           ///< inherited from `config.scaiqueue.scope`: F209
  Queue,           ///< F211
  OnTimeout,       ///< `fail`, `escalate` or an option: F214
  Variable,        ///< a declared variable: F219, F220
  HttpUrl,         ///< literal start `http://` or `https://`: F223
  Role,            ///< a declared model role: F401
};

/// How a field is kept in a live document (11 §1.1); follows from the widget.
enum class SyncClass : std::uint8_t { Value, Text, Map, List };

enum class Presence : std::uint8_t { Optional, Required };

/// Holds when the value of `field` (or its default) is one of `values`; no field: never asked.
struct FieldCondition {
  std::string_view field{};
  std::span<const std::string_view> values{};

  constexpr bool empty() const { return field.empty(); }
};

inline constexpr std::int64_t no_min = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t no_max = std::numeric_limits<std::int64_t>::max();

/// One config field of a kind, as its row in chapter 02 says. Empty members mean "no such rule".
struct FieldSpec {
  std::string_view name{};
  std::string_view alias{};  ///< second name that is read alike (`model` for `llm_role`)
  FieldClass type = FieldClass::Any;
  FieldForm form = FieldForm::Any;
  SyncClass sync = SyncClass::Value;
  Presence presence = Presence::Optional;
  FieldCondition required_when{};
  std::string_view required_unless{};  ///< required while that field is absent
  FieldCondition default_when{};       ///< the default holds then only, else an empty list
  FieldCondition only_when{};          ///< may be set then only (F202)
  FieldCondition visible_when{};
  std::string_view default_json{};              ///< JSON text; empty: no default
  std::span<const std::string_view> values{};   ///< Enum: all values; Text: suggestions
  std::span<const std::string_view> members{};  ///< Limits, Constraints: known members
  std::int64_t min = no_min;                  ///< Int (F204), Duration in milliseconds (F210)
  std::int64_t max = no_max;
  std::int64_t length_min = 0;  ///< characters of a text (F202)
  std::int64_t length_max = no_max;
  std::int64_t items_max = no_max;
  std::int64_t item_length_max = no_max;
  bool string_only = false;   ///< Template: no other JSON than a string
  bool is_condition = false;  ///< Expr: tested for truth (F311)
  bool unique_items = false;  ///< F213
};

struct PortSpec {
  std::string_view id{};
  std::string_view label{};
  std::string_view type{};
};

/// What happens to a field on its way into the args of a plugin call.
enum class ArgForm : std::uint8_t {
  AsIs,
  Milliseconds,  ///< duration -> int
  Handle,        ///< expression `h` -> `{{h}}`; absent: the nearest provision (02 §9)
};

struct ArgSpec {
  std::string_view name{};
  std::string_view field{};
  ArgForm form = ArgForm::AsIs;
};

/// "call P.M(args)" of chapter 02: args in IR order; those without value and default are left out.
struct CallSpec {
  std::string_view plugin{};
  std::string_view method{};
  std::span<const ArgSpec> args{};
};

/// Everything chapter 02 says about a kind that is data.
struct KindSpec {
  KindId id{};
  std::string_view name{};
  std::string_view title{};
  Category category = Category::Entry;
  std::string_view block{};        ///< IR block kind (04 §3); empty for entries
  std::string_view step{};         ///< manifest keyword (05 §2)
  std::string_view result_type{};  ///< type text of the result; empty: open
  std::span<const PortSpec> inputs{};
  std::span<const PortSpec> outputs{};
  std::span<const FieldSpec> fields{};  ///< canonical order; common and effect fields come last
  CallSpec call{};                      ///< empty plugin: lowered by a hand-written function
  std::span<const std::string_view> diagnostics{};
  bool is_entry = false;
  bool is_effect = false;      ///< has `budget` and `at_most_once` (02 §1)
  bool is_mockable = false;    ///< a fixture may mock it (06 §8)
  bool is_checkpoint = false;  ///< waits for a person
  bool has_option_ports = false;
  bool ports_editable = false;

  /// The field of that name or alias, or nullptr.
  constexpr const FieldSpec* field(std::string_view wanted) const {
    for (const FieldSpec& candidate : fields) {
      const bool is_alias = !candidate.alias.empty() && candidate.alias == wanted;
      if (candidate.name == wanted || is_alias) return &candidate;
    }
    return nullptr;
  }
};

}  // namespace scaiflow::flow
