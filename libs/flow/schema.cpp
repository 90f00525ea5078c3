#include "libs/flow/schema.h"

#include "generated/cpp/limits.h"

namespace scaiflow::flow {
namespace {

using Texts = std::string_view;

constexpr Texts schemas[] = {schema_url};
constexpr Texts targets[] = {"0.2"};
constexpr Texts edge_types[] = {"sequential", "conditional", "data"};
constexpr Texts modes[] = {"stateless", "entity", "singleton"};
constexpr Texts overflows[] = {"deactivate_lru", "reject", "queue"};
constexpr Texts modalities[] = {"text", "structured_output", "vision", "tts",
                                "stt",  "embedding",         "image_generation"};
constexpr Texts consumer_modes[] = {"fifo", "priority", "deadline", "broadcast"};
constexpr Texts purposes[] = {"intake",     "processing", "review", "escalation",
                              "completed", "dead-letter", "custom"};
constexpr Texts lifecycles[] = {"ephemeral", "session", "persistent", "appliance"};
constexpr Texts networks[] = {"isolated", "registry", "allowlisted", "unrestricted", "transit"};

constexpr Rule metadata[] = {
    {.key = "author", .shape = Shape::Text},
    {.key = "created", .shape = Shape::Text},
    {.key = "description", .shape = Shape::Text, .high = limits::description_chars_max,
     .grain = Grain::Words},
    {.key = "unknown_steps", .shape = Shape::List},
};

constexpr Rule position[] = {
    {.key = "x", .shape = Shape::Number, .need = Need::Required, .low = -limits::position_max,
     .high = limits::position_max},
    {.key = "y", .shape = Shape::Number, .need = Need::Required, .low = -limits::position_max,
     .high = limits::position_max},
};

constexpr Rule port[] = {
    {.key = "id", .shape = Shape::Text, .need = Need::Required, .pattern = Pattern::Id},
    {.key = "label", .shape = Shape::Text},
    {.key = "type", .shape = Shape::Text},
};

// The values of `type` are the kinds of chapter 02: the reader checks them against the kind table.
constexpr Rule node[] = {
    {.key = "id", .shape = Shape::Text, .need = Need::Required, .pattern = Pattern::Id},
    {.key = "type", .shape = Shape::Text, .need = Need::Required},
    {.key = "label", .shape = Shape::Text, .need = Need::Required, .high = limits::label_chars_max},
    {.key = "position", .shape = Shape::Record, .need = Need::Required, .fields = position,
     .grain = Grain::Whole},
    {.key = "config", .shape = Shape::Map},
    {.key = "inputs", .shape = Shape::List, .high = limits::ports_per_side_max, .item = Shape::Record,
     .fields = port, .item_key = "id"},
    {.key = "outputs", .shape = Shape::List, .high = limits::ports_per_side_max, .item = Shape::Record,
     .fields = port, .item_key = "id"},
    {.key = "breakpoint", .shape = Shape::Bool},
};

constexpr Rule edge_end[] = {
    {.key = "node", .shape = Shape::Text, .need = Need::Required},
    {.key = "port", .shape = Shape::Text},
};

constexpr Rule edge[] = {
    {.key = "id", .shape = Shape::Text, .need = Need::Required, .pattern = Pattern::Id},
    {.key = "type", .shape = Shape::Enum, .need = Need::Required, .values = edge_types},
    {.key = "source", .shape = Shape::Record, .need = Need::Required, .fields = edge_end},
    {.key = "target", .shape = Shape::Record, .need = Need::Required, .fields = edge_end},
    {.key = "condition", .shape = Shape::Text, .need = Need::Nullable},
};

constexpr Rule variable[] = {
    {.key = "name", .shape = Shape::Text, .need = Need::Required, .pattern = Pattern::Identifier},
    {.key = "type", .shape = Shape::Text, .need = Need::Nullable},
    {.key = "default"},
    {.key = "description", .shape = Shape::Text, .grain = Grain::Words},
    {.key = "persist", .shape = Shape::Bool},
};

constexpr Rule expected_error[] = {
    {.key = "type", .shape = Shape::Text},
    {.key = "message", .shape = Shape::Text},
};

constexpr Rule expect[] = {
    {.key = "output"},
    {.key = "visited", .shape = Shape::List, .item = Shape::Text},
    {.key = "not_visited", .shape = Shape::List, .item = Shape::Text},
    {.key = "variables", .shape = Shape::Map},
    {.key = "error", .shape = Shape::TextOrRecord, .need = Need::Nullable, .fields = expected_error},
    {.key = "assert", .shape = Shape::List, .item = Shape::Text},
};

constexpr Rule fixture[] = {
    {.key = "name", .shape = Shape::Text, .need = Need::Required, .low = 1, .high = 200},
    {.key = "entry", .shape = Shape::Text, .need = Need::Nullable},
    {.key = "input", .shape = Shape::Map, .need = Need::Required},
    {.key = "mocks", .shape = Shape::Map},
    {.key = "expect", .shape = Shape::Record, .fields = expect},
};

constexpr Rule fallback[] = {
    {.key = "ref", .shape = Shape::Text, .need = Need::Required, .pattern = Pattern::Provider},
    {.key = "model", .shape = Shape::Text, .need = Need::Required, .low = 1,
     .high = limits::model_name_chars_max},
};

constexpr Rule model[] = {
    {.key = "role", .shape = Shape::Text, .need = Need::Required, .pattern = Pattern::Role},
    {.key = "ref", .shape = Shape::Text, .need = Need::Required, .pattern = Pattern::Provider},
    {.key = "model", .shape = Shape::Text, .need = Need::Required, .low = 1,
     .high = limits::model_name_chars_max},
    {.key = "temperature", .shape = Shape::Number, .need = Need::Nullable, .low = 0, .high = 2},
    {.key = "modalities", .shape = Shape::List, .low = 1, .high = 7, .item = Shape::Enum,
     .values = modalities},
    {.key = "system_context", .shape = Shape::Text, .need = Need::Nullable,
     .high = limits::system_context_chars_max, .grain = Grain::Words},
    {.key = "fallback", .shape = Shape::List, .high = limits::model_fallbacks_max, .item = Shape::Record,
     .fields = fallback},
};

constexpr Rule core_identity[] = {
    {.key = "name", .shape = Shape::Text, .high = 200},
    {.key = "models", .shape = Shape::List, .need = Need::Required, .high = limits::models_max,
     .item = Shape::Record,
     .fields = model, .item_key = "role", .item_name = "model"},
    {.key = "persona", .shape = Shape::Text, .high = limits::persona_chars_max, .grain = Grain::Words},
    {.key = "mode", .shape = Shape::Enum, .values = modes},
    {.key = "entity_key", .shape = Shape::Text, .need = Need::Nullable, .pattern = Pattern::Identifier},
    {.key = "idle_timeout", .shape = Shape::Duration, .need = Need::Nullable},
    {.key = "max_concurrent", .shape = Shape::Int, .need = Need::Nullable, .low = 1},
    {.key = "max_active_instances", .shape = Shape::Int, .need = Need::Nullable, .low = 1},
    {.key = "overflow", .shape = Shape::Enum, .need = Need::Nullable, .values = overflows},
};

constexpr Rule plugin[] = {
    {.key = "alias", .shape = Shape::Text, .need = Need::Required, .pattern = Pattern::Identifier},
    {.key = "endpoint", .shape = Shape::Text},
    {.key = "config", .shape = Shape::Map},
};

constexpr Rule queue[] = {
    {.key = "slug", .shape = Shape::Text, .need = Need::Required, .pattern = Pattern::Slug},
    {.key = "display_name", .shape = Shape::Text},
    {.key = "description", .shape = Shape::Text, .grain = Grain::Words},
    {.key = "consumer_mode", .shape = Shape::Enum, .values = consumer_modes},
    {.key = "max_retries", .shape = Shape::Int, .low = 0, .high = limits::queue_retries_max},
    {.key = "purpose", .shape = Shape::Enum, .values = purposes},
};

constexpr Rule scaiqueue[] = {
    {.key = "scope", .shape = Shape::Text, .need = Need::Required, .pattern = Pattern::Slug},
    {.key = "queues", .shape = Shape::List, .high = limits::queues_max, .item = Shape::Record,
     .fields = queue, .item_key = "slug", .item_name = "queue"},
};

constexpr Rule bunker[] = {
    {.key = "lifecycle", .shape = Shape::Enum, .need = Need::Required, .values = lifecycles},
    {.key = "image", .shape = Shape::Text, .need = Need::Required},
    {.key = "cpu_millicores", .shape = Shape::Int, .low = 100, .high = 64'000},
    {.key = "memory_mb", .shape = Shape::Int, .low = 64, .high = 262'144},
    {.key = "disk_mb", .shape = Shape::Int, .low = 64, .high = 1'048'576},
    {.key = "gpu_count", .shape = Shape::Int, .low = 0, .high = 16},
    {.key = "network_profile", .shape = Shape::Enum, .values = networks},
    {.key = "network_allowlist", .shape = Shape::List, .item = Shape::Text},
};

constexpr Rule config[] = {
    {.key = "core_identity", .shape = Shape::Record, .need = Need::Required, .fields = core_identity},
    {.key = "plugins", .shape = Shape::List, .high = limits::plugins_max, .item = Shape::TextOrRecord,
     .fields = plugin, .item_key = "alias", .item_name = "plugin"},
    {.key = "capabilities", .shape = Shape::List, .item = Shape::Map, .item_high = 1},
    {.key = "bunker", .shape = Shape::Record, .need = Need::Nullable, .fields = bunker},
    {.key = "scaiqueue", .shape = Shape::Record, .need = Need::Nullable, .fields = scaiqueue},
    {.key = "publish_as_model", .shape = Shape::Bool},
    {.key = "model_visibility_group_ids", .shape = Shape::List, .high = limits::visibility_groups_max,
     .item = Shape::Text, .item_high = limits::group_id_chars_max},
    {.key = "output"},
    {.key = "types", .shape = Shape::Map, .high = limits::types_max},
    {.key = "max_tokens", .shape = Shape::Int, .need = Need::Nullable, .low = 1},
    {.key = "max_cost", .shape = Shape::Number, .need = Need::Nullable, .low = 0},
    {.key = "max_duration", .shape = Shape::Duration, .need = Need::Nullable},
};

constexpr Rule document[] = {
    {.key = "$schema", .shape = Shape::Enum, .values = schemas},
    {.key = "id", .shape = Shape::Text, .need = Need::Required, .pattern = Pattern::DocumentId},
    {.key = "name", .shape = Shape::Text, .need = Need::Required, .low = 1,
     .high = limits::flow_name_chars_max},
    {.key = "version", .shape = Shape::Text, .need = Need::Required, .pattern = Pattern::Semver},
    {.key = "scaicore_target", .shape = Shape::Enum, .values = targets},
    {.key = "metadata", .shape = Shape::Record, .fields = metadata},
    {.key = "nodes", .shape = Shape::List, .need = Need::Required, .high = limits::nodes_max,
     .item = Shape::Record, .fields = node, .item_key = "id", .item_name = "node"},
    {.key = "edges", .shape = Shape::List, .need = Need::Required, .high = limits::edges_max,
     .item = Shape::Record, .fields = edge, .item_key = "id", .item_name = "edge"},
    {.key = "variables", .shape = Shape::List, .high = limits::variables_max, .item = Shape::Record,
     .fields = variable, .item_key = "name", .item_name = "variable"},
    {.key = "config", .shape = Shape::Record, .need = Need::Required, .fields = config},
    {.key = "tests", .shape = Shape::List, .high = limits::tests_max, .item = Shape::Record,
     .fields = fixture, .item_key = "name", .item_name = "test"},
};

}  // namespace

std::span<const Rule> document_rules() { return document; }
std::span<const Rule> node_rules() { return node; }
std::span<const Rule> edge_rules() { return edge; }

const Rule* find_rule(std::span<const Rule> rules, std::string_view key) {
  for (const Rule& rule : rules) {
    if (rule.key == key) return &rule;
  }
  return nullptr;
}

}  // namespace scaiflow::flow
