// SPDX-License-Identifier: Apache-2.0
#include "firmware/schedule/machine.hpp"

#include <stddef.h>

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

void read_model(Machine& machine, uint32_t address) {
  ModelDescriptor& model = machine.model;
  hal::copy_in(&model, address, sizeof model);
  require(check_descriptor(model));
  hal::copy_in(machine.off_ramps, model.off_ramp_table, model.off_ramps * sizeof(OffRamp));
  for (uint32_t index = 0; index < model.off_ramps; ++index) {
    require(check_off_ramp(machine.off_ramps[index], model));
  }
}

void read_reach(Machine& machine) {
  const ModelDescriptor& model = machine.model;
  for (uint32_t head = 0; head < model.heads; ++head) {
    machine.reach[head] = {SpanIndex::distance, {0, model.sequence}};
    if (model.span_form != SpanForm::in_span) continue;
    uint8_t codes[sequence_max];
    hal::copy_in(codes, model.span_masks + head * model.sequence, model.sequence);
    machine.reach[head] = {model.span_index, span_of(codes, model.sequence)};
  }
}

/// Masks, and the codes in front of the last row shared out over the rows in front of it.
uint32_t row_bytes(const PackedMatrix& matrix) {
  const uint32_t masks = mask_row_bytes(matrix.columns);
  const uint32_t last = matrix.rows - 1;
  if (last == 0) return dense_row_bytes(matrix.columns);
  uint32_t base = 0;
  uint16_t offset = 0;
  hal::copy_in(&base, matrix.index_base + last / index_rows(masks / mask_word_bytes) * sizeof base,
               sizeof base);
  hal::copy_in(&offset, matrix.index_offset + last * sizeof offset, sizeof offset);
  return masks + minimum((base + offset) / last, matrix.columns);
}

/// What the weights take on the bus; the off-ramp's by the first one's.
void read_weight_row_bytes(Machine& machine) {
  const ModelDescriptor& model = machine.model;
  const OffRamp& off_ramp = machine.off_ramps[0];
  machine.weight_row_bytes = {.hidden_in = row_bytes(model.hidden_in.weights),
                              .projection = row_bytes(model.query.weights),
                              .ffn_inner = row_bytes(model.ffn_inner.weights),
                              .ffn_output = row_bytes(model.ffn_output.weights),
                              .pooled = row_bytes(off_ramp.pooler.weights),
                              .logits = row_bytes(off_ramp.classifier.weights)};
}

/// Columns of heads that are off are the zero code; nothing of this task writes there afterwards.
void clear_context(const Machine& machine) {
  const Tensor& context = machine.memory.context;
  hal::fill_zero(context.address, machine.model.sequence * context.stride);
}

void prepare_machine(Machine& machine, uint32_t address) {
  read_model(machine, address);
  machine.active_features = active_features(machine.model);
  read_reach(machine);
  read_weight_row_bytes(machine);
  machine.memory = plan_memory(machine.model, machine.capabilities.lanes, hal::arena_begin(),
                               memory_map::system_sram.base + machine.capabilities.sram_bytes);
  require(machine.memory.shortage);
}

}  // namespace

uint32_t prepare_machines(Machine* machines) {
  Machine& first = machines[0];
  first.capabilities = read_capabilities();
  for (const Unit& each : units::all) initialise(each);
  prepare_machine(first, memory_map::weight_memory.base);
  clear_context(first);
  first.operating = read_operating_range(first.memory.voltage_table);
  uint32_t tasks = 1;
  for (uint32_t address = first.model.next_task; address != 0; ++tasks) {
    require({tasks == tasks_max, address, offsetof(ModelDescriptor, next_task)});
    Machine& machine = machines[tasks];
    machine.capabilities = first.capabilities;
    prepare_machine(machine, address);
    const ModelDescriptor& model = machine.model;
    require({!same_network(first.model, model), model.layers, offsetof(ModelDescriptor, layers)});
    machine.operating = first.operating;  // equal sequences: the table lies at the same place for all tasks
    address = model.next_task;
  }
  return tasks;
}

void enter(const Machine& machine) {
  const uint32_t* off = machine.model.heads_off;
  if ((off[0] | off[1]) != 0) clear_context(machine);
}

Plans make_plans(const Machine& machine) {
  const ModelDescriptor& model = machine.model;
  Plans plans = make_plans(model, machine.weight_row_bytes, machine.capabilities, machine.memory.ffn_rows);
  require(first_shortage(plans).shortage);
  for (uint32_t head = 0; head < model.heads; ++head) {
    plans.head_rows[head] = tile_rows_of_head(attention_shape(model, model.sequence), machine.capabilities,
                                              plans.attention, machine.reach[head]);
  }
  return plans;
}

}  // namespace edgebert::firmware
