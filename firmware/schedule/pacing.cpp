// SPDX-License-Identifier: Apache-2.0
#include "firmware/schedule/pacing.hpp"

#include "firmware/drivers/cycle_counters.hpp"
#include "firmware/drivers/dma.hpp"
#include "firmware/hal/hal.hpp"

namespace edgebert::firmware {
namespace {

uint64_t deadline_of(const mailbox::Job& job) {
  return uint64_t{job.deadline_high} << 32 | job.deadline_low;
}

}  // namespace

/// An answer has fewer words than a job: it is copied in less time than the job was.
Pacing::Pacing(const Machine& machine, const mailbox::Job& job, uint64_t arrival, mailbox::Result& result)
    : machine_(machine),
      job_(job),
      result_(result),
      arrival_(arrival),
      answering_(core_cycles() - arrival),
      deadline_(deadline_of(job)),
      plan_{job.exit_policy, machine.model.layers, job.predict_layer, 0} {}

bool Pacing::scales() const {
  return mailbox::predicts(job_.exit_policy) && deadline_of(job_) != 0 && job_.fixed_frequency == 0 &&
         machine_.operating.points != 0;
}

void Pacing::change_to(uint32_t frequency, uint32_t layer) {
  set_frequency(machine_.operating, frequency, {layer, Operator::none, 0, 0, 0});
  point_ = operating_point(machine_.operating);
}

void Pacing::begin() {
  const OperatingRange& range = machine_.operating;
  // Between sentences the clock is at the lowest point, but not in front of the first one: what a change
  // takes is measured from there.
  if (scales()) change_to(range.lowest_frequency, 0);
  const uint64_t before = core_cycles();
  change_to(job_.fixed_frequency != 0 ? job_.fixed_frequency : range.top_frequency, 0);
  transition_ = core_cycles() - before;
  // Behind the last layer there is the way down, and the answer.
  const uint64_t behind = answering_ + (scales() ? transition_ : 0);
  if (deadline_ != 0) deadline_ = deadline_ > behind ? deadline_ - behind : 1;
}

void Pacing::begin_layers() {
  result_.embedding_end = static_cast<uint32_t>(core_cycles() - arrival_);
  layers_begin_ = accelerator_cycles();
}

void Pacing::end_layer(uint32_t layer, const Assessment& assessment) {
  measure(layer);
  record(layer);
  result_.entropy[layer - 1] = assessment.entropy;
  if (exits_here(plan_, assessment.below_threshold, layer)) {
    result_.exit_layer = layer;
    return;
  }
  if (!mailbox::predicts(plan_.policy)) return;
  if (layer == plan_.predict_layer) predict(layer);
  if (plan_.policy != ExitPolicy::lai_conservative || layer < plan_.predicted_layer) return;
  if (deadline_ends_it(layer)) {
    result_.exit_layer = layer;
  } else if (scales()) {
    change_to(machine_.operating.top_frequency, layer);
  }
}

void Pacing::end() {
  if (scales()) change_to(machine_.operating.lowest_frequency, result_.exit_layer);
}

/// Layers in front of the prediction run at the top; without one, all do.
void Pacing::measure(uint32_t layer) {
  const uint32_t last = mailbox::predicts(plan_.policy) ? plan_.predict_layer : 1;
  if (layer > last) return;
  layer_cycles_ = (accelerator_cycles() - layers_begin_ + layer - 1) / layer;
  if (layer == last && !in_time_at_top(pace(), plan_.layers - layer))
    result_.flags |= mailbox::result_flags::deadline_infeasible;
}

void Pacing::record(uint32_t layer) {
  result_.layers = layer;
  result_.layer[layer - 1] = {point_.frequency, point_.voltage,
                              static_cast<uint32_t>(core_cycles() - arrival_)};
}

void Pacing::predict(uint32_t layer) {
  const mailbox::TablePlace& table = job_.predictor;
  const Tag tag{layer, Operator::entropy, 0, 0, 0};
  const uint32_t row_bytes = table.columns * 4;
  load({table.address, row_bytes}, {dma::Buffer::auxiliary, 0, row_bytes}, {table.rows, row_bytes}, tag);
  const uint32_t index = run(
      PredictionCommand{
          .base = 0, .rows = table.rows, .columns = table.columns - 1, .threshold = job_.exit_threshold},
      tag);
  plan_.predicted_layer = layer_of_prediction(layer, index, plan_.layers);
  result_.predicted_layer = plan_.predicted_layer;
  if (scales()) change_to(frequency_to(plan_, pace()), layer);
}

/// A prediction that was too optimistic: whether one more layer at the top would be late.
bool Pacing::deadline_ends_it(uint32_t layer) const {
  Pace after = pace();
  if (point_.frequency != machine_.operating.top_frequency) after.now += transition_;
  return layer >= plan_.predicted_layer && deadline_ != 0 && !in_time_at_top(after, 1);
}

Pace Pacing::pace() const {
  return {.now = core_cycles() - arrival_,
          .deadline = deadline_,
          .layer = layer_cycles_,
          .transition = transition_,
          .core_frequency = job_.core_frequency,
          .lowest_frequency = machine_.operating.lowest_frequency,
          .top_frequency = machine_.operating.top_frequency};
}

}  // namespace edgebert::firmware
