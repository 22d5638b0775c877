// SPDX-License-Identifier: Apache-2.0
#include "platform/config/yaml_document.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "platform/config/text.hpp"

namespace edgebert::config {
namespace {

constexpr std::size_t largest_file = 1 << 20;

Error refuse(const std::string& message) {
  return Error(Failure::config, message);
}

/// YAML takes these in comments and quotes, where nobody sees them.
bool is_control(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
}

}  // namespace

YamlDocument::YamlDocument(const std::string& yaml, const std::filesystem::path& file, std::string what)
    : what_(std::move(what)), name_(printable(file.string())), root_(parse(yaml)) {
  if (!root_.IsMap())
    throw refuse(fmt::format("{}: expected keys and values, starting with 'version: 1'", at(root_)));
}

std::string YamlDocument::at(const YAML::Mark& mark) const {
  if (mark.is_null()) return name_ + ":1:1";
  return fmt::format("{}:{}:{}", name_, mark.line + 1, mark.column + 1);
}

YAML::Node YamlDocument::parse(const std::string& yaml) const {
  if (yaml.size() > largest_file) {
    throw refuse(fmt::format("{}: {} bytes is too long for {}", name_, yaml.size(), what_));
  }
  if (const auto offset = first_invalid_utf8(yaml)) {
    throw refuse(fmt::format("{}: byte {} is not UTF-8", name_, *offset));
  }
  if (const auto found = std::ranges::find_if(yaml, is_control); found != yaml.end()) {
    throw refuse(fmt::format("{}: byte {} is a control character ({})", name_, found - yaml.begin(),
                             printable({&*found, 1})));
  }
  try {
    // yaml-cpp closes an open quote at the file's end if blanks or line breaks stand there.
    const std::size_t end = yaml.find_last_not_of(" \t\r\n");
    const std::vector<YAML::Node> documents = YAML::LoadAll(yaml.substr(0, end + 1));
    if (documents.empty()) throw refuse(name_ + ":1:1: the file is empty; it needs at least 'version: 1'");
    if (documents.size() > 1)
      throw refuse(fmt::format("{}: a second YAML document; {} is one", at(documents[1]), what_));
    return documents.front();
  } catch (const YAML::Exception& problem) {
    throw refuse(fmt::format("{}: not YAML: {}", at(problem.mark), printable(problem.msg)));
  }
}

void YamlDocument::check_version(int version) const {
  const YAML::Node stated = root_["version"];
  if (!stated) throw refuse(fmt::format("{}: version: missing; add 'version: {}'", at(root_), version));
  if (!stated.IsScalar() || stated.Scalar() != std::to_string(version)) {
    throw refuse(fmt::format("{}: version: {} is not supported; this program reads version {}", at(stated),
                             stated.IsScalar() ? "'" + printable(stated.Scalar()) + "'" : "this", version));
  }
}

}  // namespace edgebert::config
