// SPDX-License-Identifier: Apache-2.0
#include "firmware/schedule/classify.hpp"

#include "firmware/hal/hal.hpp"
#include "firmware/schedule/embedding.hpp"
#include "firmware/schedule/encoder.hpp"
#include "firmware/schedule/off_ramp.hpp"
#include "firmware/schedule/pacing.hpp"
#include "firmware/schedule/replay.hpp"

namespace edgebert::firmware {

mailbox::Failure bad_job(uint32_t word) {
  return {mailbox::FailureCode::bad_job, 0, word, 0, 0, 0};
}

namespace {

/// Far beyond any exit table; keeps its size within 32 bits.
constexpr uint32_t predictor_rows_max = 4096;

mailbox::Failure check_policy(const mailbox::Job& job, const Machine& machine) {
  const uint32_t layers = machine.model.layers;
  if (job.exit_policy > ExitPolicy::lai_conservative) return bad_job(static_cast<uint32_t>(job.exit_policy));
  if (job.core_frequency == 0) return bad_job(job.core_frequency);
  if (!mailbox::predicts(job.exit_policy)) return {};
  if (job.predict_layer == 0 || job.predict_layer + 2 > layers) return bad_job(job.predict_layer);
  const mailbox::TablePlace& table = job.predictor;
  if (table.columns != layers - job.predict_layer) return bad_job(table.columns);
  if (table.rows == 0 || table.rows > predictor_rows_max) return bad_job(table.rows);
  const uint32_t needed = table.rows * table.columns * 4;
  const uint32_t available = machine.capabilities.auxiliary_bytes;
  if (needed <= available) return {};
  return {mailbox::FailureCode::does_not_fit,
          static_cast<uint32_t>(Place::auxiliary_buffer),
          needed,
          available,
          0,
          0};
}

mailbox::Failure check_sentence(const mailbox::Job& job, const ModelDescriptor& model) {
  if (job.tokens == 0 || job.tokens > model.sequence) return bad_job(job.tokens);
  if (job.padded_tokens < job.tokens || job.padded_tokens > model.sequence) return bad_job(job.padded_tokens);
  if (job.first_segment < job.tokens && model.token_types < 2) return bad_job(job.first_segment);
  for (uint32_t token = 0; token < job.padded_tokens; ++token) {
    if (job.token_ids[token] >= model.vocabulary) return bad_job(job.token_ids[token]);
  }
  return {};
}

}  // namespace

mailbox::Failure check_job(const mailbox::Job& job, const Machine& machine) {
  const bool sentence = job.kind == mailbox::JobKind::classify;
  if (!sentence && job.kind != mailbox::JobKind::replay) return bad_job(static_cast<uint32_t>(job.kind));
  if (!sentence && job.replay.points > mailbox::replay_points_max) return bad_job(job.replay.points);
  const mailbox::Failure refusal = check_policy(job, machine);
  if (refusal.code != mailbox::FailureCode::none || !sentence) return refusal;
  return check_sentence(job, machine.model);
}

void classify(const Machine& machine, const Plans& plans, const mailbox::Job& job, uint64_t arrival,
              mailbox::Result& result) {
  // PAD rows belong to the last segment that has tokens: they influence nothing.
  const uint32_t first_segment = job.first_segment < job.tokens ? job.first_segment : job.padded_tokens;
  const Sentence sentence{machine, plans, job.tokens, job.padded_tokens, first_segment, job.exit_threshold};
  result = {};
  result.number = job.number;
  result.classes = machine.model.classes;
  hal::copy_out(machine.memory.token_ids, job.token_ids, round_up(job.padded_tokens, 2) * 2);

  Pacing pacing(machine, job, arrival, result);
  pacing.begin();
  run_embedding(sentence);
  pacing.begin_layers();
  for (uint32_t layer = 1; result.exit_layer == 0; ++layer) {
    run_layer(sentence, layer);
    pacing.end_layer(layer, run_off_ramp(sentence, layer, result.logits));
  }
  pacing.end();
  result.prediction = prediction_of(result.logits, result.classes);
}

mailbox::Failure replay(const Machine& machine, const mailbox::Job& job, uint64_t arrival,
                        mailbox::Result& result) {
  result = {};
  result.number = job.number;
  result.classes = machine.model.classes;
  result.flags = mailbox::result_flags::test_feature;

  Pacing pacing(machine, job, arrival, result);
  pacing.begin();
  replay_embedding(job);
  pacing.begin_layers();
  for (uint32_t layer = 1; result.exit_layer == 0; ++layer) {
    const uint32_t frequency = pacing.frequency();
    const uint32_t cycles = replayed_cycles(job.replay, frequency);
    if (cycles == 0) {
      pacing.end();
      return {mailbox::FailureCode::no_replay_point, 0, frequency, 0, 0, 0};
    }
    pacing.end_layer(layer, replay_layer(job, layer, cycles));
  }
  pacing.end();
  return {};
}

}  // namespace edgebert::firmware
