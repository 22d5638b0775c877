// SPDX-License-Identifier: Apache-2.0
#include "sim/exit_codes.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace edgebert::sim {
namespace {

constexpr std::array<ExitCode, 11> table = {{
    {1, Failure::internal, "a defect of the program: a conservation check failed"},
    {2, Failure::usage, "the command line asks for something that does not exist"},
    {3, Failure::input, "text, data set or another input or output file"},
    {4, Failure::config, "the YAML configuration or a --set"},
    {5, Failure::image, "the checkpoint or the model image"},
    {6, Failure::capacity, "the model does not fit the configured memories"},
    {7, Failure::firmware, "the firmware ELF, or firmware reported a failure"},
    {8, Failure::mismatch, "the platform's tensors differ from golden's (--check); reports are complete"},
    {9, Failure::timeout, "a simulated-time or wall-time limit was reached, or everything waits"},
    {10, Failure::points,
     "points of a sweep failed; its tables are complete and say which and why; or a run of a study"},
    {130, Failure::interrupted,
     "a sweep was interrupted: the same command goes on with it; or a debugger ended the run"},
}};

}  // namespace

std::span<const ExitCode> exit_codes() {
  return table;
}

int exit_code_of(Failure failure) {
  return std::ranges::find(table, failure, &ExitCode::failure)->code;
}

const char* name_of(Failure failure) {
  static constexpr const char* names[] = {"usage",    "input",    "config",     "image",
                                          "capacity", "firmware", "mismatch",   "timeout",
                                          "internal", "points",   "interrupted"};
  return names[static_cast<std::size_t>(failure)];
}

std::string exit_codes_help() {
  std::string text = "Exit codes:\n    0  success\n";
  for (const ExitCode& entry : table) text += fmt::format("  {:>3}  {}\n", entry.code, entry.meaning);
  return text;
}

std::string exit_codes_markdown() {
  std::string page =
      "# Exit codes of edgebert-sim\n\n"
      "Printed by `edgebert-sim --exit-codes`. Every failure is one line on stderr, beginning with "
      "`edgebert-sim: `.\n"
      "A command that fails leaves no output file, with four exceptions. Code 8: the run is complete and "
      "reported, only its\n"
      "tensors are not golden's. Codes 10 and 130: the finished points of a sweep stay in its folder. A run "
      "that "
      "fails while it is\n"
      "simulated leaves its traces (`--trace`, `--vcd`) up to the failure, and the dumps of the sentences "
      "before.\n"
      "`compare` ends with 0 whether or not the runs differ.\n\n"
      "| code | kind | meaning |\n|---|---|---|\n| 0 | | success |\n";
  for (const ExitCode& entry : table) {
    page += fmt::format("| {} | {} | {} |\n", entry.code, name_of(entry.failure), entry.meaning);
  }
  return page;
}

}  // namespace edgebert::sim
