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

std::string synopsis(const std::string& program, const CommandText& command) {
  std::string line = fmt::format("\\fB{} {}\\fR", roff(program), roff(command.name));
  for (const OptionText& option : command.options) {
    if (option.names.empty()) {
      line += option.required ? fmt::format(" {}", value_of(option)) : fmt::format(" [{}]", value_of(option));
    } else if (option.required) {
      line += fmt::format(" \\fB{}\\fR {}", roff(option.names.back()), value_of(option));
    }
  }
  return line + " [\\fIoptions\\fR]";
}

std::string entry(const OptionText& option) {
  std::string head;
  for (const std::string& name : option.names)
    head += fmt::format("{}\\fB{}\\fR", head.empty() ? "" : ", ", roff(name));
  const std::string value = value_of(option);
  if (!head.empty() && !value.empty()) head += ' ';
  std::string text = fmt::format(".TP\n{}{}\n{}\n", head, value, roff(option.meaning));
  if (!option.choices.empty())
    text += fmt::format("One of: {}.\n", roff(fmt::format("{}", fmt::join(option.choices, ", "))));
  return text;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

}  // namespace

std::string man_page(const ProgramText& program) {
  const std::string name = roff(program.name);
  std::string page =
      fmt::format(".TH {} 1 \"\" \"{} {}\" \"User commands\"\n", upper(name), name, program.version);
  page += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n", name, roff(program.meaning));
  for (const CommandText& command : program.commands) page += synopsis(program.name, command) + "\n.br\n";
  page += fmt::format("\\fB{}\\fR [\\fIoptions\\fR]\n.SH OPTIONS\n", name);
  for (const OptionText& option : program.options) page += entry(option);
  page += ".SH COMMANDS\n";
  for (const CommandText& command : program.commands) {
    page += fmt::format(".SS {}\n{}\n", roff(command.name), roff(command.meaning));
    for (const OptionText& option : command.options) page += entry(option);
  }
  page +=
      ".SH FILES\n.TP\n\\fI../share/edgebert\\fR, beside the folder of the program\n"
      "Configurations, the model image and the firmware they name, energy and exit tables. A \\fICONFIG\\fR "
      "that is no "
      "file is looked for there.\n";
  page += ".SH NOTES\n.nf\n";
  std::istringstream footer(program.footer);
  for (std::string line; std::getline(footer, line);) page += roff(line) + "\n";
  return page + ".fi\n";
}

}  // namespace edgebert::sim
