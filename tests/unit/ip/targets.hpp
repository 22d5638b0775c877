// SPDX-License-Identifier: Apache-2.0
// Runs kernels on one instruction set after the other, of those this machine has.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <hwy/highway.h>

namespace edgebert::test {

/// Every instruction set the kernels are compiled for that this machine can run, the best first.
inline std::vector<std::int64_t> targets() {
  return hwy::SupportedAndGeneratedTargets();
}

/// While it lives, kernels use one instruction set.
class OnTarget {
 public:
  explicit OnTarget(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  ~OnTarget() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  OnTarget(const OnTarget&) = delete;
  OnTarget& operator=(const OnTarget&) = delete;
};

inline std::string target_name(std::int64_t target) {
  return hwy::TargetName(target);
}

}  // namespace edgebert::test
