// SPDX-License-Identifier: Apache-2.0
// Faults into a memory by the back door, once, after everything is loaded and before anything is simulated.
#pragma once
#include "contract/model_image.hpp"
#include "platform/fault_report.hpp"
#include "platform/soc.hpp"

namespace edgebert {

/// As `config.faults` says. eNVM: the image's tensors, codes in the data cell, masks and row index in the
/// mask cell. Weight memory: everything the image occupies, descriptor included. System SRAM: all of it.
FaultReport inject_faults(const ModelImage& image, const SocConfig& config, Soc& soc);

}  // namespace edgebert
