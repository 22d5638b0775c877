// SPDX-License-Identifier: Apache-2.0
// The manual page, in the man(7) macros that groff and mandoc both take.
#include <algorithm>
#include <cctype>
#include <sstream>

#include <fmt/format.h>

#include "sim/command_line.hpp"

namespace edgebert::sim {
namespace {

/// Text as roff: hyphens that can be copied, no accidental requests.
std::string roff(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '-') {
      safe += "\\-";
    } else if (c == '\\') {
      safe += "\\e";
    } else {
      safe += c;
    }
  }
  const bool request = safe.starts_with('.') || safe.starts_with('\'');
  return request ? fmt::format("\\&{}", safe) : safe;
}

std::string value_of(const OptionText& option) {
  if (option.value.empty()) return "";
  const std::string value = fmt::format("\\fI{}\\fR", roff(option.value));
  return option.optional_value ? fmt::format("[{}]", value) : value;
}

/// What has to be given; the rest is "[options]".
std::string synopsis(const std::string& words, const std::vector<OptionText>& options) {
  std::string line = fmt::format("\\fB{}\\fR", roff(words));
  for (const OptionText& option : options) {
    if (option.names.empty()) {
      line += option.required ? fmt::format(" {}", value_of(option)) : fmt::format(" [{}]", value_of(option));
    } else if (option.required) {
      line += fmt::format(" \\fB{}\\fR {}", roff(option.names.back()), value_of(option));
    }
  }
  return line + " [\\fIoptions\\fR]\n";
}

std::string entry(const OptionText& option) {
  std::string head;
  for (const std::string& name : option.names)
    head += fmt::format("{}\\fB{}\\fR", head.empty() ? "" : ", ", roff(name));
  const std::string value = value_of(option);
  if (!head.empty() && !value.empty()) head += ' ';
  const std::string choices =
      option.choices.empty() ? "" : fmt::format("; one of {}", fmt::join(option.choices, ", "));
  return fmt::format(".TP\n{}{}\n{}\n", head, value, roff(option.meaning + choices));
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

}  // namespace

std::string man_page(const ProgramText& program, const std::string& files) {
  const std::string name = roff(program.name);
  std::string page =
      fmt::format(".TH {} 1 \"\" \"{} {}\" \"User commands\"\n", upper(name), name, program.version);
  page += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n", name, roff(program.meaning));
  for (const CommandText& command : program.commands)
    page += synopsis(program.name + ' ' + command.name, command.options) + ".br\n";
  page += synopsis(program.name, program.options) + ".SH OPTIONS\n";
  for (const OptionText& option : program.options) page += entry(option);
  if (!program.commands.empty()) page += ".SH COMMANDS\n";
  for (const CommandText& command : program.commands) {
    page += fmt::format(".SS {}\n{}\n", roff(command.name), roff(command.meaning));
    for (const OptionText& option : command.options) page += entry(option);
  }
  if (!files.empty()) page += fmt::format(".SH FILES\n{}\n", roff(files));
  page += ".SH EXIT STATUS\n.nf\n";
  std::istringstream footer(program.footer);
  for (std::string line; std::getline(footer, line);) page += roff(line) + "\n";
  return page + ".fi\n";
}

}  // namespace edgebert::sim
