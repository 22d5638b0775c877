// SPDX-License-Identifier: Apache-2.0
// What the program's exit status says; docs/exit_codes.md.
#pragma once
#include <span>
#include <string>

#include "contract/error.hpp"

namespace edgebert::sim {

struct ExitCode {
  int code;
  Failure failure;
  const char* meaning;
};

/// One entry for each kind of failure, by ascending code. 0 is success.
std::span<const ExitCode> exit_codes();

int exit_code_of(Failure failure);

/// A kind of failure in a word, as the table of exit codes has it: "capacity".
const char* name_of(Failure failure);

/// The table as the last lines of --help.
std::string exit_codes_help();

/// docs/exit_codes.md.
std::string exit_codes_markdown();

}  // namespace edgebert::sim
