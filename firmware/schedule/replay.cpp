// SPDX-License-Identifier: Apache-2.0
#include "firmware/schedule/replay.hpp"

namespace edgebert::firmware {

void replay_embedding(const mailbox::Job& job) {
  run(TestCommand{.entropy = 0, .threshold = 0, .cycles = job.replay.embedding_cycles},
      {0, Operator::none, 0, 0, 0});
}

uint32_t replayed_cycles(const mailbox::Replay& replay, uint32_t frequency) {
  for (uint32_t each = 0; each < replay.points; ++each) {
    if (replay.point[each].frequency == frequency) return replay.point[each].cycles;
  }
  return 0;
}

Assessment replay_layer(const mailbox::Job& job, uint32_t layer, uint32_t cycles) {
  return run(
      TestCommand{
          .entropy = job.replay.entropy[layer - 1], .threshold = job.exit_threshold, .cycles = cycles},
      {layer, Operator::entropy, 0, 0, 0});
}

}  // namespace edgebert::firmware
