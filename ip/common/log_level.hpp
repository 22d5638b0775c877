// SPDX-License-Identifier: Apache-2.0
// How much a log says.
#pragma once
#include <cstdint>

namespace edgebert {

enum class LogLevel : std::uint8_t {
  off,
  error,    ///< the run cannot go on
  warning,  ///< firmware did what it should not do
  info,     ///< what happens a few times a sentence
  debug,    ///< every command, interrupt and wait
};

}  // namespace edgebert
