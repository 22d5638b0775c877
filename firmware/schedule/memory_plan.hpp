// SPDX-License-Identifier: Apache-2.0
// Where activations lie in the system SRAM between operators. Tensors are logical row-major; row strides are
// rounded up to the bus width. Laid out once for the model's full sequence, so that a sentence never has to
// move anything.
#pragma once
#include "contract/memory_map.hpp"
#include "contract/model_descriptor.hpp"
#include "firmware/schedule/plan.hpp"
#include "ip/dvfs/dvfs_regs.hpp"

namespace edgebert::firmware {

/// A tensor in memory: address of its first element and bytes between rows.
struct Tensor {
  uint32_t address = 0;
  uint32_t stride = 0;
};

/// Tensors whose lives do not overlap share a place.
struct MemoryPlan {
  Tensor hidden_state;         ///< a layer's input: hidden_in, then layer_output
  Tensor query;                ///< later attention_output, later ffn_output
  Tensor key;                  ///< later attention_norm
  Tensor context;              ///< columns of heads that are off are zeroed once and never written
  Tensor value;                ///< features x tokens; scratch
  Tensor embedding_norm;       ///< scratch
  Tensor ffn_inner;            ///< ffn_rows rows; scratch
  uint32_t ffn_rows = 0;       ///< token rows the feed-forward network takes at a time
  uint32_t token_ids = 0;      ///< one halfword a token
  uint32_t voltage_table = 0;  ///< rows for the DVFS controller
  Tensor pooled;               ///< one row
  Tensor logits;               ///< one row, wide
  Shortage shortage{};
};

/// Points of the accelerator's supply and clock that firmware chooses from.
inline constexpr uint32_t operating_points_max = 64;

/// Bytes at the start of the system SRAM that are firmware's own: boot/link.ld.
inline constexpr uint32_t firmware_bytes = 64 * 1024;

/// @param first  address of the first byte of the system SRAM behind firmware's own
/// @param end    address behind the system SRAM
constexpr MemoryPlan plan_memory(const ModelDescriptor& model, uint32_t lanes, uint32_t first, uint32_t end) {
  MemoryPlan plan;
  uint32_t next = aligned(first);
  const auto take = [&next](uint32_t rows, uint32_t stride) {
    const Tensor tensor{next, stride};
    next += rows * stride;
    return tensor;
  };
  const uint32_t hidden_stride = aligned(model.hidden);
  plan.token_ids = take(1, aligned(model.sequence * 2)).address;
  plan.voltage_table = take(operating_points_max, sizeof(dvfs::LutRow)).address;
  plan.pooled = take(1, hidden_stride);
  plan.logits = take(1, aligned(model.classes * 4));
  plan.hidden_state = take(model.sequence, hidden_stride);
  plan.query = take(model.sequence, hidden_stride);
  plan.key = take(model.sequence, hidden_stride);
  plan.context = take(model.sequence, hidden_stride);

  plan.value = {next, aligned(model.sequence)};
  plan.embedding_norm = {next, aligned(model.embedding)};
  plan.ffn_inner = {next, aligned(model.intermediate)};
  const uint32_t ffn_rows_least = minimum(model.sequence, lanes);
  const uint32_t scratch_least =
      maximum(ffn_rows_least * plan.ffn_inner.stride,
              maximum(model.hidden * plan.value.stride, model.sequence * plan.embedding_norm.stride));
  if (next > end || scratch_least > end - next) {
    // Firmware's own bytes are counted: these are sizes of the whole memory.
    const uint32_t base = memory_map::system_sram.base;
    plan.shortage = shortage(Place::system_sram, next - base + scratch_least, end - base);
    return plan;
  }
  const uint32_t most = (end - next) / plan.ffn_inner.stride;
  plan.ffn_rows = most >= model.sequence ? model.sequence : round_down(most, ffn_rows_least);
  return plan;
}

}  // namespace edgebert::firmware
