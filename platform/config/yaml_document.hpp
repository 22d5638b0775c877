// SPDX-License-Identifier: Apache-2.0
// The start of every file of ours in YAML: one document, UTF-8, no control characters, keys once, `version`.
#pragma once
#include <filesystem>
#include <string>

#include <yaml-cpp/yaml.h>

#include "contract/error.hpp"

namespace edgebert::config {

class YamlDocument {
 public:
  /// @param what  the file is, for messages: "a configuration"
  /// @throws Error(Failure::config): FILE:LINE:COLUMN and what is wrong
  YamlDocument(const std::string& yaml, const std::filesystem::path& file, std::string what);

  const YAML::Node& root() const { return root_; }
  /// The file's name, printable.
  const std::string& name() const { return name_; }
  /// FILE:LINE:COLUMN.
  std::string at(const YAML::Mark& mark) const;
  std::string at(const YAML::Node& node) const { return at(node.Mark()); }
  /// @throws Error(Failure::config) unless the file states `version: N`
  void check_version(int version) const;

 private:
  YAML::Node parse(const std::string& yaml) const;

  std::string what_;
  std::string name_;
  YAML::Node root_;
};

}  // namespace edgebert::config
