// SPDX-License-Identifier: Apache-2.0
// How a sentence is driven through its layers: the exit policy's decisions (exit_policy.hpp) on what the
// machine measures of itself. docs/exit_policies.md.
#pragma once
#include "firmware/drivers/early_exit.hpp"
#include "firmware/schedule/exit_policy.hpp"
#include "firmware/schedule/machine.hpp"

namespace edgebert::firmware {

/// One sentence's.
class Pacing {
 public:
  /// @param arrival  core_cycles() when the job arrived; now it has been taken
  Pacing(const Machine& machine, const mailbox::Job& job, uint64_t arrival, mailbox::Result& result);

  /// In front of the embedding: the top frequency, or the job's fixed one.
  void begin();
  /// In front of the first layer.
  void begin_layers();
  /// Behind a layer and its off-ramp: records it, and leaves, or predicts and sets the pace of what follows.
  void end_layer(uint32_t layer, const Assessment& assessment);
  /// Behind the last layer: idle at the lowest point if this policy scales.
  void end();

  /// Of the layer that begins now, kHz.
  uint32_t frequency() const {
    return point_.frequency == 0 ? machine_.operating.top_frequency : point_.frequency;
  }

 private:
  bool scales() const;
  void change_to(uint32_t frequency, uint32_t layer);
  void record(uint32_t layer);
  void measure(uint32_t layer);
  void predict(uint32_t layer);
  bool deadline_ends_it(uint32_t layer) const;
  Pace pace() const;

  const Machine& machine_;
  const mailbox::Job& job_;
  mailbox::Result& result_;
  const uint64_t arrival_;
  const uint64_t answering_;  ///< core cycles that answering takes at most
  uint64_t deadline_;
  ExitPlan plan_;
  OperatingPoint point_{};
  uint64_t layers_begin_ = 0;  ///< accelerator cycles
  uint64_t layer_cycles_ = 0;  ///< measured at the top frequency
  uint64_t transition_ = 0;    ///< core cycles over the whole range, measured
};

}  // namespace edgebert::firmware
