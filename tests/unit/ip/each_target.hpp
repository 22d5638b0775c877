// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "tests/test.hpp"
#include "tests/unit/ip/targets.hpp"

namespace edgebert::test {

/// Runs checks once on each instruction set.
template <typename Checks>
void on_each_target(Checks&& checks) {
  for (const std::int64_t target : targets()) {
    const OnTarget on(target);
    INFO("instruction set " << target_name(target));
    checks();
  }
}

}  // namespace edgebert::test
