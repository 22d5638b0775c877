// SPDX-License-Identifier: Apache-2.0
// When a sentence is done, what it is classified as, and how fast the accelerator has to be: decisions as
// pure functions, tested on the host. docs/exit_policies.md says them in words.
#pragma once
#include "contract/mailbox.hpp"

namespace edgebert::firmware {

using mailbox::ExitPolicy;

/// What a policy decides by, behind a layer.
struct ExitPlan {
  ExitPolicy policy;
  uint32_t layers;
  uint32_t predict_layer;    ///< of policies that predict
  uint32_t predicted_layer;  ///< valid behind predict_layer
};

/// The layer that an index of a prediction stands for. The published software asks layers up to the last but
/// two; a prediction beyond them means the last one.
constexpr uint32_t layer_of_prediction(uint32_t predict_layer, uint32_t index, uint32_t layers) {
  const uint32_t layer = predict_layer + 1 + index;
  return layer + 2 <= layers ? layer : layers;
}

/// Whether the sentence leaves behind this layer.
/// @param below  the early-exit unit's decision: the entropy is strictly below the threshold
constexpr bool exits_here(const ExitPlan& plan, bool below, uint32_t layer) {
  if (layer == plan.layers) return true;
  if (plan.policy == ExitPolicy::base) return false;
  if (plan.policy == ExitPolicy::ee || layer <= plan.predict_layer) return below;
  if (plan.policy == ExitPolicy::lai_conservative) return below;
  if (layer == plan.predicted_layer) return true;
  return plan.policy == ExitPolicy::lai && below && layer + 2 <= plan.layers;
}

/// Where a sentence stands in time. Core clock cycles and kHz unless it says otherwise.
struct Pace {
  uint64_t now;         ///< since the job's arrival
  uint64_t deadline;    ///< since the job's arrival, for the last layer's end; 0: there is none
  uint64_t layer;       ///< accelerator cycles of a layer with its off-ramp, measured at the top frequency
  uint64_t transition;  ///< of a change of voltage and frequency over the whole range, measured
  uint32_t core_frequency;
  uint32_t lowest_frequency;
  uint32_t top_frequency;
};

/// Core cycles that `layers` layers take at the top frequency, rounded up.
constexpr uint64_t time_at_top(const Pace& pace, uint32_t layers) {
  return (pace.layer * layers * pace.core_frequency + pace.top_frequency - 1) / pace.top_frequency;
}

/// Whether this many more layers at the top frequency end in time.
constexpr bool in_time_at_top(const Pace& pace, uint32_t layers) {
  return pace.deadline == 0 || pace.now + time_at_top(pace, layers) <= pace.deadline;
}

/// No layer takes exactly what another did: refresh of a memory, and at another frequency commands that end
/// on other clock edges.
constexpr uint32_t guard_divisor = 256;

constexpr uint64_t guarded(uint64_t cycles) {
  return cycles + cycles / guard_divisor;
}

/// f = N / (T - t), rounded up and kept within the range.
/// @param layers   that have to end in time
/// @param reserve  core cycles kept back from the deadline
constexpr uint32_t frequency_for(const Pace& pace, uint32_t layers, uint64_t reserve) {
  if (pace.deadline == 0 || pace.deadline <= pace.now + reserve) return pace.top_frequency;
  const uint64_t cycles = layers * guarded(pace.layer);
  const uint64_t left = pace.deadline - pace.now - reserve;
  const uint64_t frequency = (cycles * pace.core_frequency + left - 1) / left;
  if (frequency >= pace.top_frequency) return pace.top_frequency;
  return frequency < pace.lowest_frequency ? pace.lowest_frequency : static_cast<uint32_t>(frequency);
}

/// The frequency from the prediction layer to the predicted one. The conservative policy keeps back what the
/// layers behind that one take at the top frequency, and the way back up.
constexpr uint32_t frequency_to(const ExitPlan& plan, const Pace& pace) {
  const uint32_t layers = plan.predicted_layer - plan.predict_layer;
  if (plan.policy != ExitPolicy::lai_conservative) return frequency_for(pace, layers, pace.transition);
  const uint64_t rest = guarded(time_at_top(pace, plan.layers - plan.predicted_layer));
  return frequency_for(pace, layers, rest + 2 * pace.transition);
}

/// The first class with the largest logit.
constexpr uint32_t prediction_of(const int32_t* logits, uint32_t classes) {
  uint32_t best = 0;
  for (uint32_t each = 1; each < classes; ++each) {
    if (logits[each] > logits[best]) best = each;
  }
  return best;
}

}  // namespace edgebert::firmware
