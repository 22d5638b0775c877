// SPDX-License-Identifier: Apache-2.0
#include "sim/command_line.hpp"

#include <sstream>

#include <CLI/CLI.hpp>

namespace edgebert::sim {
namespace {

/// The parser shows the names an option is limited to as "{a,b}" behind its type.
std::vector<std::string> choices_of(const std::string& type) {
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}', open);
  std::vector<std::string> choices;
  if (open == std::string::npos || close == std::string::npos) return choices;
  std::istringstream list(type.substr(open + 1, close - open - 1));
  for (std::string choice; std::getline(list, choice, ',');) choices.push_back(choice);
  return choices;
}

OptionText describe(const CLI::Option& option) {
  OptionText text;
  for (const std::string& name : option.get_snames()) text.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) text.names.push_back("--" + name);
  const std::string type = option.get_type_name();
  const bool flag = option.get_items_expected_max() == 0;
  if (text.names.empty()) {
    text.value = option.get_name();
  } else if (!flag) {
    text.value = type.substr(0, type.find(':'));
  }
  text.choices = choices_of(type);
  text.meaning = option.get_description();
  text.required = option.get_required();
  text.optional_value = !flag && option.get_items_expected_min() == 0;
  return text;
}

std::vector<OptionText> options_of(const CLI::App& app) {
  std::vector<OptionText> options;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) options.push_back(describe(*option));
  }
  return options;
}

}  // namespace

ProgramText describe(const CLI::App& app, const std::string& version) {
  ProgramText program{app.get_name(), app.get_description(), version, app.get_footer(), options_of(app), {}};
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    program.commands.push_back({command->get_name(), command->get_description(), options_of(*command)});
  }
  return program;
}

}  // namespace edgebert::sim
