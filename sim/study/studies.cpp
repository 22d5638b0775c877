// SPDX-License-Identifier: Apache-2.0
#include "sim/study/studies.hpp"

namespace edgebert::sim {
namespace {

constexpr const char* paper_soc = "configs/edgebert.yaml";
constexpr const char* test_chip = "configs/stp-isscc23.yaml";

constexpr Study table[] = {
    {"early-exit", "how early do sentences leave, and what does it save?", paper_soc, early_exit_study},
    {"latency-targets", "what does a deadline cost all layers, early exit, and firmware that knows it?",
     paper_soc, latency_targets_study},
    {"silicon", "the test chip's steps, from all layers to voltage and frequency by deadline", test_chip,
     silicon_study},
    {"vmac", "which vector size n costs least energy?", paper_soc, vmac_study},
    {"envm", "embeddings in ReRAM, or copied from LPDDR4 to SRAM?", paper_soc, envm_study},
    {"combined", "what does each optimisation save, and all of them together?", paper_soc, combined_study},
    {"mobile-gpu", "what would the sentence cost on a Jetson TX2?", paper_soc, mobile_gpu_study},
};

}  // namespace

std::span<const Study> studies() {
  return table;
}

}  // namespace edgebert::sim
