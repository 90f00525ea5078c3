#pragma once

#include "libs/ir/ir.h"
#include "libs/manifest/yaml_writer.h"

namespace scaiflow::compiler {

/// A verified module as `.scai` text (06 §9): for reading only, never read back. `ranges` as for YAML.
manifest::YamlText write_scai(const ir::Module& module);

}  // namespace scaiflow::compiler
