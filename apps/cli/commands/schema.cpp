#include <istream>
#include <ostream>

#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/options.h"
#include "schema_text.h"

namespace scaiflow::cli {

int run_schema(const Args& args, std::istream&, std::ostream& out, std::ostream& err) {
  if (!read_options(args, "schema", err)) return exit_usage;
  out << schema_text << std::flush;
  return out ? exit_ok : exit_usage;
}

}  // namespace scaiflow::cli
