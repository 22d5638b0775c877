// SPDX-License-Identifier: Apache-2.0
#include "firmware/schedule/classify.hpp"

#include "firmware/hal/hal.hpp"
#include "firmware/schedule/embedding.hpp"
#include "firmware/schedule/encoder.hpp"
#include "firmware/schedule/exit_policy.hpp"
#include "firmware/schedule/off_ramp.hpp"

namespace edgebert::firmware {
namespace {

mailbox::Failure bad_job(uint32_t word) {
  return {mailbox::FailureCode::bad_job, 0, word, 0, 0, 0};
}

}  // namespace

mailbox::Failure check_job(const mailbox::Job& job, const ModelDescriptor& model) {
  if (job.kind != mailbox::JobKind::classify) return bad_job(static_cast<uint32_t>(job.kind));
  if (job.tokens == 0 || job.tokens > model.sequence) return bad_job(job.tokens);
  if (job.padded_tokens < job.tokens || job.padded_tokens > model.sequence) return bad_job(job.padded_tokens);
  if (job.first_segment < job.tokens && model.token_types < 2) return bad_job(job.first_segment);
  for (uint32_t token = 0; token < job.padded_tokens; ++token) {
    if (job.token_ids[token] >= model.vocabulary) return bad_job(job.token_ids[token]);
  }
  return {};
}

void classify(const Machine& machine, const Plans& plans, const mailbox::Job& job, mailbox::Result& result) {
  // PAD rows belong to the last segment that has tokens: they influence nothing.
  const uint32_t first_segment = job.first_segment < job.tokens ? job.first_segment : job.padded_tokens;
  const Sentence sentence{machine, plans, job.tokens, job.padded_tokens, first_segment, job.exit_threshold};
  result = {};
  result.number = job.number;
  result.classes = machine.model.classes;
  hal::copy_out(machine.memory.token_ids, job.token_ids, round_up(job.padded_tokens, 2) * 2);

  run_embedding(sentence);
  for (uint32_t layer = 1; result.exit_layer == 0; ++layer) {
    run_layer(sentence, layer);
    const Assessment assessment = run_off_ramp(sentence, layer, result.logits);
    result.entropy[layer - 1] = assessment.entropy;
    result.layers = layer;
    if (exits_here(assessment.below_threshold, layer, machine.model.layers)) result.exit_layer = layer;
  }
  result.prediction = prediction_of(result.logits, result.classes);
}

}  // namespace edgebert::firmware
