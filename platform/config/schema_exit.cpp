// SPDX-License-Identifier: Apache-2.0
// The keys of the section `exit`: when a sentence is done, and by when.
#include "platform/config/schema_rows.hpp"

namespace edgebert::config {

std::vector<Key> exit_keys() {
  return {
      choice("exit.policy", {"base", "ee", "lai", "lai-predicted", "lai-conservative"}, SLOT(exit.policy),
             "base = all layers; ee = exit below the threshold; lai = the rest of the sentence just fast "
             "enough for the deadline, up to a predicted layer; lai-predicted = never before that layer; "
             "lai-conservative = exits as ee (docs/exit_policies.md)",
             "ee, lai, lai-predicted: published software; others: ours"),
      number("exit.threshold", Unit::nats, {0, 4.2}, SLOT(exit.threshold),
             "an entropy below this lets a sentence leave; 0 never does",
             "rule: published software; value: assumption"),
      text("exit.predictor", SLOT(predictor),
           "exit table of the policies lai...: CSV, looked for as the model is",
           "published software; scripts/fit_exit_predictor makes one"),
      number("exit.predict_layer", Unit::none, {1, 46, 1}, SLOT(exit.predict_layer),
             "layer behind which those policies predict; what the table was made for",
             "published software: 1, for MNLI 3"),
      number("exit.deadline", Unit::seconds, {0, 1e6}, SLOT(exit.deadline_seconds),
             "from a sentence's arrival to its answer; 0: none", "50, 75, 100 ms at n = 16: recalled"),
  };
}

}  // namespace edgebert::config
