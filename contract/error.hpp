// SPDX-License-Identifier: Apache-2.0
// The one way hosted code fails. Firmware does not include this.
#pragma once
#include <stdexcept>
#include <string>

namespace edgebert {

/// What kind of failure this is; the program maps each to an exit code of its own (docs/exit_codes.md).
enum class Failure {
  usage,        ///< the command line asks for something that does not exist
  input,        ///< text, data set or other input file
  config,       ///< YAML configuration
  image,        ///< checkpoint or model image
  capacity,     ///< the model does not fit the configured memories
  firmware,     ///< ELF file missing, malformed or for another architecture; firmware reported a failure
  mismatch,     ///< the platform's tensors differ from golden's
  timeout,      ///< a simulated-time or wall-time limit was reached, or everything waits
  internal,     ///< a conservation check failed: a defect of ours
  points,       ///< a sweep ran to its end, but some of its points failed
  interrupted,  ///< ended by Ctrl-C, a termination signal or a debugger
};

/// One line: what was attempted, what was found, where, what to do.
class Error : public std::runtime_error {
 public:
  Error(Failure failure, const std::string& message) : std::runtime_error(message), failure_(failure) {}
  Failure failure() const { return failure_; }

 private:
  Failure failure_;
};

}  // namespace edgebert
