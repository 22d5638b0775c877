// SPDX-License-Identifier: Apache-2.0
// Completion scripts. Both complete commands, options, the names an option is limited to, and behind --set
// the keys of a configuration; everything else is a file.
#include <fmt/format.h>

#include "sim/command_line.hpp"

namespace edgebert::sim {
namespace {

std::string words_of(const std::vector<OptionText>& options) {
  std::string words;
  for (const OptionText& option : options) {
    for (const std::string& name : option.names) words += (words.empty() ? "" : " ") + name;
  }
  return words;
}

std::string commands_of(const ProgramText& program) {
  std::string words;
  for (const CommandText& command : program.commands) words += (words.empty() ? "" : " ") + command.name;
  return words;
}

/// A shell function's name.
std::string function_of(const ProgramText& program) {
  std::string name = "_" + program.name;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

/// Quoted for the inside of '...'.
std::string quoted(const std::string& text, const char* also_escaped) {
  std::string safe;
  for (const char c : text) {
    if (c == '\'') {
      safe += "'\\''";
      continue;
    }
    if (std::string(also_escaped).find(c) != std::string::npos) safe += '\\';
    safe += c;
  }
  return safe;
}

/// An argument of zsh's _arguments.
std::string zsh_argument(const OptionText& option, const std::string& keys) {
  const std::string meaning = quoted(option.meaning, "[]:\\");
  std::string action = "_files";
  if (!option.choices.empty()) action = fmt::format("({})", fmt::join(option.choices, " "));
  if (option.value.starts_with("KEY=")) action = keys;
  const std::string value = quoted(option.value, ":\\");
  if (option.names.empty()) return fmt::format("      '{}:{}:{}'", option.required ? "" : ":", value, action);
  std::string arguments;
  for (const std::string& name : option.names) {
    const std::string tail =
        option.value.empty() ? "" : fmt::format("{}{}:{}", option.optional_value ? "::" : ":", value, action);
    arguments += fmt::format("{}      '*{}[{}]{}'", arguments.empty() ? "" : " \\\n", name, meaning, tail);
  }
  return arguments;
}

std::string zsh_arguments(const std::vector<OptionText>& options, const std::string& keys) {
  std::string text = "    _arguments";
  for (const OptionText& option : options) text += " \\\n" + zsh_argument(option, keys);
  return text + "\n";
}

}  // namespace

std::string bash_completion(const ProgramText& program, std::span<const std::string> keys) {
  std::string values;
  std::string words;
  for (const CommandText& command : program.commands) {
    for (const OptionText& option : command.options) {
      if (option.choices.empty()) continue;
      for (const std::string& name : option.names)
        values +=
            fmt::format("    '{} {}') words='{}' ;;\n", command.name, name, fmt::join(option.choices, " "));
    }
    words += fmt::format("    {}) words='{}' ;;\n", command.name, words_of(command.options));
  }
  return fmt::format(
      "# bash completion of {name}; made by {name} --completion bash\n"
      "{function}() {{\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} command= words= "
      "word\n"
      "  for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n"
      "    case \" {commands} \" in *\" $word \"*) command=$word; break ;; esac\n"
      "  done\n"
      "  COMPREPLY=()\n"
      "  if [[ $previous == --set ]]; then\n"
      "    compopt -o nospace 2>/dev/null\n"
      "    COMPREPLY=($(compgen -S = -W '{keys}' -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"$command $previous\" in\n{values}  esac\n"
      "  if [[ -n $words ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case $command in\n"
      "    '') words='{commands} {options}' ;;\n{words}  esac\n"
      "  if [[ -z $command || $current == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  else\n"
      "    COMPREPLY=($(compgen -f -- \"$current\"))\n"
      "  fi\n"
      "}}\n"
      "complete -o filenames -F {function} {name}\n",
      fmt::arg("name", program.name), fmt::arg("function", function_of(program)),
      fmt::arg("commands", commands_of(program)), fmt::arg("keys", fmt::format("{}", fmt::join(keys, " "))),
      fmt::arg("values", values), fmt::arg("options", words_of(program.options)), fmt::arg("words", words));
}

std::string zsh_completion(const ProgramText& program, std::span<const std::string> keys) {
  const std::string function = function_of(program);
  const std::string key_function = function + "_keys";
  std::string commands;
  std::string cases;
  for (const CommandText& command : program.commands) {
    commands += fmt::format("    '{}:{}'\n", command.name, quoted(command.meaning, ":\\"));
    cases += fmt::format("  {})\n{}    ;;\n", command.name, zsh_arguments(command.options, key_function));
  }
  return fmt::format(
      "#compdef {name}\n"
      "# zsh completion of {name}; made by {name} --completion zsh\n"
      "{keys_function}() {{\n"
      "  compadd -S = -- {keys}\n"
      "}}\n"
      "{function}() {{\n"
      "  local -a commands=(\n{commands}  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe -t commands command commands\n{options}"
      "    return\n"
      "  fi\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $words[1] in\n{cases}  esac\n"
      "}}\n"
      "if [[ $funcstack[1] == _{name} || $funcstack[1] == {function} ]]; then {function} \"$@\"; else "
      "compdef {function} {name}; fi\n",
      fmt::arg("name", program.name), fmt::arg("function", function), fmt::arg("keys_function", key_function),
      fmt::arg("keys", fmt::format("{}", fmt::join(keys, " "))), fmt::arg("commands", commands),
      fmt::arg("options", zsh_arguments(program.options, key_function)), fmt::arg("cases", cases));
}

}  // namespace edgebert::sim
