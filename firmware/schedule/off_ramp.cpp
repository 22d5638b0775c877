// SPDX-License-Identifier: Apache-2.0
#include "firmware/schedule/off_ramp.hpp"

#include "firmware/drivers/dma.hpp"
#include "firmware/hal/hal.hpp"
#include "firmware/schedule/product.hpp"

namespace edgebert::firmware {
namespace {

Assessment assess(const Sentence& sentence, uint32_t layer) {
  const uint32_t classes = sentence.machine.model.classes;
  const Tag tag{layer, Operator::entropy, 0, 0, 0};
  load({sentence.machine.memory.logits.address, 0}, {dma::Buffer::data1, 0, 0}, {1, classes * wide_bytes},
       tag);
  return run(AssessmentCommand{.logits = {sfu::Format::wide, 1, 0, 0, 0},
                               .classes = classes,
                               .threshold = sentence.exit_threshold},
             tag);
}

}  // namespace

Assessment run_off_ramp(const Sentence& sentence, uint32_t layer, int32_t* logits) {
  const Machine& machine = sentence.machine;
  const ModelDescriptor& model = machine.model;
  const OffRamp& off_ramp = machine.off_ramps[model.off_ramps == 1 ? 0 : layer - 1];
  run_product({.op = Operator::pooled,
               .layer = layer,
               .shape = pooled_shape(model),
               .weights = off_ramp.pooler,
               .activations = machine.memory.hidden_state,
               .activations_bias = model.activation_bias.layer_output,
               .output = machine.memory.pooled,
               .output_bias = model.activation_bias.pooled,
               .activation = Activation::tanh},
              sentence.plans.pooled);
  run_product({.op = Operator::logits,
               .layer = layer,
               .shape = logits_shape(model),
               .weights = off_ramp.classifier,
               .activations = machine.memory.pooled,
               .activations_bias = model.activation_bias.pooled,
               .output = machine.memory.logits,
               .output_bias = 0},
              sentence.plans.logits);
  hal::copy_in(logits, machine.memory.logits.address, model.classes * wide_bytes);
  return assess(sentence, layer);
}

}  // namespace edgebert::firmware
