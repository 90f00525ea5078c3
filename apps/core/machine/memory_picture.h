#pragma once

#include "apps/core/machine/event.h"
#include "libs/ir/ir.h"

namespace scaiflow::machine {

/// What the fields read as: their rows, or the default of a field that was never set (07 §12).
Json memory_picture(const ir::Module& module, const MemoryRows& rows);
/// Takes over the rows of `delta`, which are newer.
void merge_memory(MemoryRows& rows, const MemoryRows& delta);

/// One write to rows as the store holds them, for hosts in memory: the new rows and whether a deleted key
/// existed.
struct MemoryChange {
  MemoryRows delta;
  bool existed = false;
  bool conflict = false;
};
struct WriteMemory;
/// `rows` is changed in place; versions ascend within the partition. `default_value` is that of the field.
MemoryChange apply_memory_write(MemoryRows& rows, const WriteMemory& write, const Json& default_value);

}  // namespace scaiflow::machine
