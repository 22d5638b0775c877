// SPDX-License-Identifier: Apache-2.0
// edgebert-sim config: every value, who decided it, what it is.
#include <fmt/format.h>
#include <unistd.h>

#include "platform/config/loader.hpp"
#include "platform/config/text.hpp"
#include "sim/commands.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {

int show_config(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
  const config::Loaded loaded = config::load(file, overrides);
  const Style style = style_of(STDOUT_FILENO);
  std::string page = fmt::format("{}  config hash {}\n", bold(printable(file.string()), style), loaded.hash);
  for (const config::Resolved& value : loaded.values) {
    const std::string shown = value.text.empty() ? "(empty)" : value.text;
    const std::string padded = fmt::format("{:<18}", shown);
    page += fmt::format("\n{:<34}  {}  {}\n", value.key->path,
                        value.origin == "default" ? padded : bold(padded, style), value.origin);
    for (const std::string& line : wrap(value.key->description, 92))
      page += fmt::format("    {}\n", dim(line, style));
  }
  print(page);
  return 0;
}

}  // namespace edgebert::sim
