// SPDX-License-Identifier: Apache-2.0
#include "sim/study/studies.hpp"

namespace edgebert::sim {
namespace {

constexpr const char* paper_soc = "configs/edgebert.yaml";

constexpr Study table[] = {
    {"vmac", "which vector size n costs least energy?", paper_soc, vmac_study},
};

}  // namespace

std::span<const Study> studies() {
  return table;
}

}  // namespace edgebert::sim
