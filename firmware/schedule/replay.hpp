// SPDX-License-Identifier: Apache-2.0
// Recorded entropies in place of computed ones: a layer is one command of the early-exit unit in test mode,
// which takes the cycles the host measured of a real layer. All decisions are firmware's own.
#pragma once
#include "contract/mailbox.hpp"
#include "firmware/drivers/early_exit.hpp"

namespace edgebert::firmware {

/// In front of the first layer.
void replay_embedding(const mailbox::Job& job);

/// Cycles of a layer at a frequency, kHz; 0 if the job does not list it.
uint32_t replayed_cycles(const mailbox::Replay& replay, uint32_t frequency);

Assessment replay_layer(const mailbox::Job& job, uint32_t layer, uint32_t cycles);

}  // namespace edgebert::firmware
