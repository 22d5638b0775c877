// SPDX-License-Identifier: Apache-2.0
// Which tiles of an operand lie in its buffer. A tile that is still there is not loaded again; a new one goes
// where the running command does not read.
#pragma once
#include <stdint.h>

namespace edgebert::firmware {

/// One or two slots; tiles by number.
class Slots {
 public:
  static constexpr uint32_t none = ~0u;

  explicit Slots(uint32_t count) : count_(count) {}

  /// The slot a tile lies in or goes to; `running`, the slot being read, only if there is no other.
  uint32_t choose(uint32_t tile, uint32_t running) const {
    for (uint32_t slot = 0; slot < count_; ++slot) {
      if (held_[slot] == tile) return slot;
    }
    return count_ == 2 && running == 0 ? 1 : 0;
  }

  bool holds(uint32_t slot, uint32_t tile) const { return held_[slot] == tile; }
  void hold(uint32_t slot, uint32_t tile) { held_[slot] = tile; }

 private:
  uint32_t count_;
  uint32_t held_[2] = {none, none};
};

}  // namespace edgebert::firmware
