// SPDX-License-Identifier: Apache-2.0
#include "platform/config/writer.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "platform/config/schema.hpp"

namespace edgebert::config {
namespace {

/// A YAML double-quoted scalar; values have no characters that do not print.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char character : text) {
    if (character == '"' || character == '\\') result += '\\';
    result += character;
  }
  return result + "\"";
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t dot = std::min(path.find('.', from), path.size());
    parts.push_back(path.substr(from, dot - from));
    from = dot + 1;
  }
  return parts;
}

}  // namespace

std::string yaml_of(const SocConfig& config) {
  std::string yaml = fmt::format("version: {}\n", schema_version);
  SocConfig copy = config;        // slots are of values that may change
  std::vector<std::string> open;  // sections around the last key
  for (const Key& key : schema()) {
    std::vector<std::string> sections = parts_of(key.path);
    const std::string name = sections.back();
    sections.pop_back();
    std::size_t shared = 0;
    while (shared < open.size() && shared < sections.size() && open[shared] == sections[shared]) ++shared;
    for (std::size_t depth = shared; depth < sections.size(); ++depth)
      yaml += fmt::format("{:{}}{}:\n", "", 2 * depth, sections[depth]);
    open = sections;
    const std::string value = text_of(key, config);
    const bool is_text = std::holds_alternative<std::string*>(key.slot(copy));
    yaml += fmt::format("{:{}}{}: {}\n", "", 2 * sections.size(), name, is_text ? quoted(value) : value);
  }
  return yaml;
}

}  // namespace edgebert::config
