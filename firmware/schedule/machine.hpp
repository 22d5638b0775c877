// SPDX-License-Identifier: Apache-2.0
// What stays the same from job to job of a task: the accelerator, the model, and where everything lies.
#pragma once
#include "contract/mailbox.hpp"
#include "firmware/drivers/capabilities.hpp"
#include "firmware/schedule/operating_point.hpp"
#include "firmware/schedule/plans.hpp"

namespace edgebert::firmware {

struct Machine {
  Capabilities capabilities;
  ModelDescriptor model;
  OffRamp off_ramps[layers_max];
  ActiveFeatures active_features;
  HeadReach reach[heads_max];  ///< of every head; all keys, but in in_span models
  WeightRowBytes weight_row_bytes;
  MemoryPlan memory;
  OperatingRange operating;
};

/// Initialises every unit, reads the tasks' descriptors and off-ramps from the weight memory and lays out the
/// SRAM, which all tasks use in turn. Any of wrong_unit, bad_descriptor, does_not_fit: fail().
/// @param machines  tasks_max of them, one a task
/// @return          how many tasks there are
uint32_t prepare_machines(Machine* machines);

/// From now on the SRAM is this task's.
void enter(const Machine& machine);

/// Plans for this machine. Anything that cannot be tiled: fail() with does_not_fit.
Plans make_plans(const Machine& machine);

/// One job as the operators see it.
struct Sentence {
  const Machine& machine;
  const Plans& plans;
  uint32_t tokens;         ///< valid ones
  uint32_t rows;           ///< computed ones, PAD included
  uint32_t first_segment;  ///< rows of token type 0
  uint32_t exit_threshold;
};

}  // namespace edgebert::firmware
