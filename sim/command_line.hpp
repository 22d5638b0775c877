// SPDX-License-Identifier: Apache-2.0
// The command line as data, read from the parser itself, and what is printed of it: manual page and shell
// completion. Nothing is said twice, so nothing drifts.
#pragma once
#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace edgebert::sim {

struct OptionText {
  std::vector<std::string> names;  ///< "--json", "-o"; empty: positional
  std::string value;  ///< what stands for its value: "FILE", the positional's name; empty: a flag
  std::vector<std::string> choices;  ///< values it is limited to; empty: any
  std::string meaning;
  bool required = false;
  bool optional_value = false;
};

struct CommandText {
  std::string name;
  std::string meaning;
  std::vector<OptionText> options;  ///< positional ones in their order
};

struct ProgramText {
  std::string name;
  std::string meaning;
  std::string version;
  std::string footer;  ///< the last lines of --help: exit codes
  std::vector<OptionText> options;
  std::vector<CommandText> commands;
};

/// What the parser knows; hidden commands and options are left out.
ProgramText describe(const CLI::App& app, const std::string& version);

/// A manual page of section 1 for man(7). @param files  a paragraph on what the program reads; may be empty
std::string man_page(const ProgramText& program, const std::string& files);

/// Completion for bash 4 and later. @param keys  of a configuration, completed behind --set
std::string bash_completion(const ProgramText& program, std::span<const std::string> keys);
/// The same for zsh's own completion system.
std::string zsh_completion(const ProgramText& program, std::span<const std::string> keys);

}  // namespace edgebert::sim
