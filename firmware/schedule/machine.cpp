// SPDX-License-Identifier: Apache-2.0
#include "firmware/schedule/machine.hpp"

#include "firmware/drivers/unit.hpp"
#include "firmware/hal/failure.hpp"
#include "firmware/hal/hal.hpp"
#include "firmware/schedule/descriptor_check.hpp"

namespace edgebert::firmware {
namespace {

void require(const DescriptorFault& fault) {
  if (fault.exists) fail({mailbox::FailureCode::bad_descriptor, 0, fault.word, fault.offset, 0, 0});
}

void require(const Shortage& shortage) {
  if (!shortage.exists) return;
  fail({mailbox::FailureCode::does_not_fit, static_cast<uint32_t>(shortage.place), shortage.needed,
        shortage.available, 0, 0});
}

void read_model(Machine& machine) {
  ModelDescriptor& model = machine.model;
  hal::copy_in(&model, memory_map::weight_memory.base, sizeof model);
  require(check_descriptor(model));
  hal::copy_in(machine.off_ramps, model.off_ramp_table, model.off_ramps * sizeof(OffRamp));
  for (uint32_t index = 0; index < model.off_ramps; ++index) {
    require(check_off_ramp(machine.off_ramps[index], model));
  }
}

void read_reach(Machine& machine) {
  const ModelDescriptor& model = machine.model;
  if (model.span_form != SpanForm::in_span) return;
  for (uint32_t head = 0; head < model.heads; ++head) {
    uint8_t codes[sequence_max];
    hal::copy_in(codes, model.span_masks + head * model.sequence, model.sequence);
    machine.reach[head] = reach_of(codes, model.sequence);
  }
}

/// Columns of heads that are off are the zero code; nothing writes there afterwards.
void clear_context(const Machine& machine) {
  const Tensor& context = machine.memory.context;
  hal::fill_zero(context.address, machine.model.sequence * context.stride);
}

}  // namespace

void prepare_machine(Machine& machine) {
  machine.capabilities = read_capabilities();
  for (const Unit& each : units::all) initialise(each);
  read_model(machine);
  read_reach(machine);
  machine.memory = plan_memory(machine.model, machine.capabilities.lanes, hal::arena_begin(),
                               memory_map::system_sram.base + machine.capabilities.sram_bytes);
  require(machine.memory.shortage);
  clear_context(machine);
}

Plans make_plans(const Machine& machine, uint32_t rows) {
  const ModelDescriptor& model = machine.model;
  const Capabilities& capabilities = machine.capabilities;
  const uint32_t ffn_rows = minimum(rows, machine.memory.ffn_rows);
  Plans plans{};
  plans.rows = rows;
  plans.embedding = plan_embedding(rows, model.embedding, capabilities);
  plans.hidden_in = plan_product(hidden_in_shape(model, rows), capabilities);
  plans.projection = plan_product(projection_shape(model, rows), capabilities);
  plans.value = plan_product(value_shape(model, rows), capabilities);
  plans.attention = plan_attention(attention_shape(model, rows), capabilities);
  plans.layernorm = plan_layernorm(rows, model.hidden, capabilities);
  plans.ffn_inner = plan_product(ffn_inner_shape(model, ffn_rows), capabilities);
  plans.ffn_output = plan_product(ffn_output_shape(model, ffn_rows), capabilities);
  plans.pooled = plan_product(pooled_shape(model), capabilities);
  plans.logits = plan_product(logits_shape(model), capabilities);

  const Shortage* shortages[] = {&plans.embedding.shortage,  &plans.hidden_in.shortage,
                                 &plans.projection.shortage, &plans.value.shortage,
                                 &plans.attention.shortage,  &plans.layernorm.shortage,
                                 &plans.ffn_inner.shortage,  &plans.ffn_output.shortage,
                                 &plans.pooled.shortage,     &plans.logits.shortage};
  for (const Shortage* each : shortages) require(*each);
  return plans;
}

ProductShape projection_shape(const ModelDescriptor& model, uint32_t rows) {
  return {rows, model.hidden, model.hidden, 1, false};
}

ProductShape value_shape(const ModelDescriptor& model, uint32_t rows) {
  return {rows, model.hidden, model.hidden, 1, true};
}

ProductShape hidden_in_shape(const ModelDescriptor& model, uint32_t rows) {
  return {rows, model.hidden, model.embedding, 1, false};
}

ProductShape ffn_inner_shape(const ModelDescriptor& model, uint32_t rows) {
  return {rows, model.intermediate, model.hidden, 1, false};
}

ProductShape ffn_output_shape(const ModelDescriptor& model, uint32_t rows) {
  return {rows, model.hidden, model.intermediate, 1, false};
}

ProductShape pooled_shape(const ModelDescriptor& model) {
  return {1, model.hidden, model.hidden, 1, false};
}

ProductShape logits_shape(const ModelDescriptor& model) {
  return {1, model.classes, model.hidden, wide_bytes, false};
}

AttentionShape attention_shape(const ModelDescriptor& model, uint32_t rows) {
  const uint32_t codes = model.span_form == SpanForm::none ? 0 : model.sequence;
  return {rows, model.head_size, codes, model.span_form == SpanForm::in_span};
}

}  // namespace edgebert::firmware
