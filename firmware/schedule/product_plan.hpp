// SPDX-License-Identifier: Apache-2.0
// How a product of activations (tokens x reduction, dense) and weights (features x reduction, packed) is cut
// into tiles, and how much of each the buffers hold at a time:
//   data buffer 0     one or two slots of weights, each with room for a dense tile; mask buffer 0 their masks
//   data buffer 1     one or two slots of activations, behind them one or two areas of output
//   auxiliary buffer  one or two sets of channel biases: a tile's, or the whole product's
// A command reads one slot of each operand while the next tile arrives in the other; where there is no other,
// the tile arrives between two commands.
//
// A reduction that is divided is computed part by part with the accumulator kept, which holds n x n. Of the
// plans that fit, the one with the least estimated_cycles is taken.
#pragma once
#include "contract/formats.hpp"
#include "firmware/drivers/capabilities.hpp"
#include "firmware/schedule/plan.hpp"
#include "ip/accelerator/accelerator_regs.hpp"

namespace edgebert::firmware {

struct ProductShape {
  uint32_t tokens;
  uint32_t features;
  uint32_t reduction;
  uint32_t element_bytes;  ///< of the output: 1 AdaptivFloat, 4 wide
};

struct ProductPlan {
  uint32_t tile_tokens = 0;
  uint32_t tile_features = 0;
  uint32_t tile_reduction = 0;        ///< of a command: all, or a multiple of 64
  uint32_t activation_reduction = 0;  ///< of a tile of activations: all, or tile_reduction
  bool weights_outer = false;  ///< a tile of weights stays while activations stream past it; or the reverse
  uint32_t weight_slots = 1;
  uint32_t activation_slots = 1;
  uint32_t output_areas = 1;
  uint32_t bias_features = 0;  ///< channels whose biases are loaded at a time: all, or tile_features
  uint32_t bias_slots = 1;
  Shortage shortage{};
};

inline constexpr uint32_t mask_word_bytes = 8;
inline constexpr uint32_t channel_bias_bytes = 2;

/// Bytes of the masks of one row.
constexpr uint32_t mask_row_bytes(uint32_t elements) {
  return divide_up(elements, mask_group) * mask_word_bytes;
}

/// Codes and masks of a row of weights without a single zero.
constexpr uint32_t dense_row_bytes(uint32_t reduction) {
  return reduction + mask_row_bytes(reduction);
}

/// Bytes between rows of an output.
constexpr uint32_t output_stride(const ProductShape& shape, uint32_t columns) {
  return aligned(columns * shape.element_bytes);
}

// Where slots begin: slot 0 or 1 times these.
constexpr uint32_t weight_slot_bytes(const ProductPlan& plan) {
  return aligned(plan.tile_features * plan.tile_reduction);
}
constexpr uint32_t mask_slot_bytes(const ProductPlan& plan) {
  return plan.tile_features * mask_row_bytes(plan.tile_reduction);
}
constexpr uint32_t activation_slot_bytes(const ProductPlan& plan) {
  return plan.tile_tokens * aligned(plan.activation_reduction);
}
/// Room for the tile either way round: one plan serves query, key and the transposed value.
constexpr uint32_t output_area_bytes(const ProductShape& shape, const ProductPlan& plan) {
  return maximum(plan.tile_tokens * output_stride(shape, plan.tile_features),
                 plan.tile_features * output_stride(shape, plan.tile_tokens));
}
constexpr uint32_t bias_slot_bytes(const ProductPlan& plan) {
  return aligned(plan.bias_features * channel_bias_bytes);
}

/// Tiles along each dimension, and how many of them a command's operands are divided into.
struct TileCounts {
  uint32_t tokens;
  uint32_t features;
  uint32_t parts;             ///< commands an output tile takes
  uint32_t activation_parts;  ///< tiles of activations an output tile takes: 1 or parts
};

constexpr TileCounts tile_counts(const ProductShape& shape, const ProductPlan& plan) {
  return {divide_up(shape.tokens, plan.tile_tokens), divide_up(shape.features, plan.tile_features),
          divide_up(shape.reduction, plan.tile_reduction),
          divide_up(shape.reduction, plan.activation_reduction)};
}

// What the estimate takes for granted, in accelerator cycles.
inline constexpr uint32_t command_cycles = 350;  ///< from one product's completion to the next's start
inline constexpr uint32_t transfer_start_cycles =
    250;                                           ///< from one transfer's completion to the next's start
inline constexpr uint32_t strided_row_cycles = 8;  ///< to begin another burst in the system SRAM
inline constexpr uint32_t divided_row_cycles =
    180;  ///< four bursts of weight memory for part of a packed row

/// Cycles for so many bytes. Whole rates first: 16 MiB times 256 would not fit 32 bits.
/// @param rate  bytes in accelerator::rate_cycles
constexpr uint32_t transfer_cycles(uint32_t bytes, uint32_t rate) {
  return bytes / rate * accelerator::rate_cycles + bytes % rate * accelerator::rate_cycles / rate;
}

/// An operand on its way into its slots.
struct OperandTraffic {
  uint32_t tile_cycles;  ///< to load one tile
  uint32_t parts;        ///< tiles along the reduction
  uint32_t slots;
};

constexpr OperandTraffic weight_traffic(uint32_t weight_row_bytes, const Capabilities& machine,
                                        const ProductPlan& plan, const TileCounts& counts) {
  const uint32_t bytes = plan.tile_features * divide_up(weight_row_bytes, counts.parts);
  const uint32_t rows = counts.parts == 1 ? 0 : plan.tile_features * divided_row_cycles;
  return {transfer_cycles(bytes, machine.weight_rate) + rows + transfer_start_cycles, counts.parts,
          plan.weight_slots};
}

constexpr OperandTraffic activation_traffic(const Capabilities& machine, const ProductPlan& plan,
                                            const TileCounts& counts) {
  const uint32_t rows = counts.activation_parts == 1 ? 0 : plan.tile_tokens * strided_row_cycles;
  return {transfer_cycles(activation_slot_bytes(plan), machine.sram_rate) + rows + transfer_start_cycles,
          counts.activation_parts, plan.activation_slots};
}

/// Accelerator cycles from the first load to the last store: each command hides what is loaded and stored
/// behind it, or is hidden by it.
/// @param weight_row_bytes  codes and masks of a row of weights, on average
constexpr uint64_t estimated_cycles(const ProductShape& shape, uint32_t weight_row_bytes,
                                    const Capabilities& machine, const ProductPlan& plan) {
  const uint32_t n = machine.lanes;
  const TileCounts counts = tile_counts(shape, plan);
  const OperandTraffic weights = weight_traffic(weight_row_bytes, machine, plan, counts);
  const OperandTraffic activations = activation_traffic(machine, plan, counts);
  const OperandTraffic& outer = plan.weights_outer ? weights : activations;
  const OperandTraffic& inner = plan.weights_outer ? activations : weights;
  const uint32_t outer_tiles = plan.weights_outer ? counts.features : counts.tokens;
  const uint32_t inner_tiles = plan.weights_outer ? counts.tokens : counts.features;

  const uint32_t compute = divide_up(plan.tile_tokens, n) * divide_up(plan.tile_features, n) *
                               divide_up(plan.tile_reduction, n) * n +
                           n + command_cycles;
  const uint32_t store =
      transfer_cycles(plan.tile_tokens * plan.tile_features * shape.element_bytes, machine.sram_rate) +
      plan.tile_tokens * strided_row_cycles + transfer_start_cycles;

  // What every command loads, hidden behind the one before it or not.
  uint32_t hidden = 0, exposed = 0;
  const bool outer_stays = outer.parts <= outer.slots;
  const bool inner_stays = inner_tiles * inner.parts <= inner.slots;
  if (!outer_stays) (outer.slots == 2 ? hidden : exposed) += outer.tile_cycles * outer.parts / counts.parts;
  if (!inner_stays) (inner.slots == 2 ? hidden : exposed) += inner.tile_cycles * inner.parts / counts.parts;
  (plan.output_areas == 2 ? hidden : exposed) += store / counts.parts;
  const uint64_t step = maximum(compute, hidden) + exposed;
  // What the last command of a round loads besides.
  const uint32_t change = outer_stays && outer_tiles > 1 ? outer.parts * outer.tile_cycles : 0;
  const bool change_hidden = outer.parts < outer.slots;
  const uint64_t last_step =
      maximum(compute, hidden + (change_hidden ? change : 0)) + exposed + (change_hidden ? 0 : change);

  const uint64_t round = (inner_tiles * counts.parts - 1) * step + last_step;
  return outer_tiles * round + weights.tile_cycles + activations.tile_cycles + store;
}

/// Slots and areas that fit beside each other, two where there are two tiles to hold; false if not even one
/// of each.
constexpr bool assign_slots(const ProductShape& shape, const Capabilities& machine, ProductPlan& plan) {
  const TileCounts counts = tile_counts(shape, plan);
  const uint32_t weights = weight_slot_bytes(plan), masks = mask_slot_bytes(plan);
  const uint32_t activations = activation_slot_bytes(plan), output = output_area_bytes(shape, plan);
  if (weights > machine.data_bytes || masks > machine.mask_bytes) return false;
  if (activations > machine.data_bytes || output > machine.data_bytes - activations) return false;
  const auto fits = [&](uint32_t slots, uint32_t areas) {
    return slots * activations + areas * output <= machine.data_bytes;
  };
  const bool two_weights = counts.features * counts.parts > 1;
  const bool two_activations = counts.tokens * counts.activation_parts > 1;
  const bool two_outputs = counts.tokens * counts.features > 1;
  const bool weights_fit_twice = 2 * weights <= machine.data_bytes && 2 * masks <= machine.mask_bytes;
  plan.weight_slots = two_weights && weights_fit_twice ? 2 : 1;
  plan.activation_slots = two_activations && fits(2, 1) ? 2 : 1;
  plan.output_areas = two_outputs && fits(plan.activation_slots, 2) ? 2 : 1;

  const bool all_biases = shape.features * channel_bias_bytes <= machine.auxiliary_bytes;
  plan.bias_features = all_biases ? shape.features : plan.tile_features;
  plan.bias_slots = 2 * bias_slot_bytes(plan) <= machine.auxiliary_bytes ? 2 : 1;
  return plan.bias_features * channel_bias_bytes <= machine.auxiliary_bytes;
}

/// Number of tiles to try after `count`: 1, 2, 3, 4, 6, 8, 12, 16 ...
constexpr uint32_t next_count(uint32_t count) {
  if (count < 4) return count + 1;
  const bool power_of_two = (count & (count - 1)) == 0;
  return power_of_two ? count + count / 2 : count + count / 3;
}

/// Size of a tile that divides `total` into about `count`: a multiple of n, below n one of the bus width.
constexpr uint32_t tile_size(uint32_t total, uint32_t count, uint32_t lanes) {
  const uint32_t size = divide_up(total, count);
  return minimum(total, round_up(size, size < lanes ? minimum(lanes, row_alignment) : lanes));
}

/// Keeps the quickest plan offered.
class QuickestPlan {
 public:
  constexpr QuickestPlan(const ProductShape& shape, uint32_t weight_row_bytes, const Capabilities& machine)
      : shape_(shape), weight_row_bytes_(weight_row_bytes), machine_(machine) {}

  /// The candidate's tiles, in both orders.
  constexpr void offer(ProductPlan candidate) {
    if (!assign_slots(shape_, machine_, candidate)) return;
    constexpr bool both_orders[] = {true, false};
    for (const bool weights_outer : both_orders) {
      candidate.weights_outer = weights_outer;
      const uint64_t cycles = estimated_cycles(shape_, weight_row_bytes_, machine_, candidate);
      if (cycles >= cycles_) continue;
      best_ = candidate;
      cycles_ = cycles;
    }
  }

  constexpr bool found() const { return best_.tile_tokens != 0; }
  constexpr const ProductPlan& best() const { return best_; }

 private:
  const ProductShape& shape_;
  const uint32_t weight_row_bytes_;
  const Capabilities& machine_;
  ProductPlan best_{};
  uint64_t cycles_ = ~uint64_t{0};
};

/// Tiles that span the reduction.
constexpr void offer_whole_reductions(const ProductShape& shape, const Capabilities& machine,
                                      QuickestPlan& quickest) {
  ProductPlan plan{.tile_reduction = shape.reduction, .activation_reduction = shape.reduction};
  const uint32_t least = minimum(machine.lanes, row_alignment);
  for (uint32_t token_tiles = 1; token_tiles * least < shape.tokens + least;
       token_tiles = next_count(token_tiles)) {
    const uint32_t tokens = tile_size(shape.tokens, token_tiles, machine.lanes);
    if (tokens == plan.tile_tokens) continue;
    plan.tile_tokens = tokens;
    plan.tile_features = 0;
    for (uint32_t feature_tiles = 1; feature_tiles * least < shape.features + least;
         feature_tiles = next_count(feature_tiles)) {
      const uint32_t features = tile_size(shape.features, feature_tiles, machine.lanes);
      if (features == plan.tile_features) continue;
      plan.tile_features = features;
      quickest.offer(plan);
    }
  }
}

/// Tiles of n x n with the reduction in parts; of the activations all parts at once, if they fit.
constexpr void offer_divided_reductions(const ProductShape& shape, const Capabilities& machine,
                                        QuickestPlan& quickest) {
  ProductPlan plan{.tile_tokens = minimum(shape.tokens, machine.lanes),
                   .tile_features = minimum(shape.features, machine.lanes)};
  for (uint32_t parts = 2; parts * mask_group < shape.reduction + mask_group; parts = next_count(parts)) {
    const uint32_t part = round_up(divide_up(shape.reduction, parts), mask_group);
    if (part == plan.tile_reduction) continue;
    plan.tile_reduction = part;
    const uint32_t whole_or_part[] = {shape.reduction, part};
    for (const uint32_t activation_reduction : whole_or_part) {
      plan.activation_reduction = activation_reduction;
      quickest.offer(plan);
    }
  }
}

/// The least that anything must have room for.
constexpr ProductPlan smallest_plan(const ProductShape& shape, const Capabilities& machine) {
  const uint32_t side = minimum(machine.lanes, row_alignment);
  const uint32_t reduction = minimum(shape.reduction, mask_group);
  return {.tile_tokens = minimum(shape.tokens, side),
          .tile_features = minimum(shape.features, side),
          .tile_reduction = reduction,
          .activation_reduction = reduction};
}

/// What the smallest plan lacks.
constexpr Shortage product_shortage(const ProductShape& shape, const Capabilities& machine) {
  const ProductPlan plan = smallest_plan(shape, machine);
  const uint32_t data =
      maximum(weight_slot_bytes(plan), activation_slot_bytes(plan) + output_area_bytes(shape, plan));
  if (data > machine.data_bytes) return shortage(Place::data_buffer, data, machine.data_bytes);
  if (mask_slot_bytes(plan) > machine.mask_bytes) {
    return shortage(Place::mask_buffer, mask_slot_bytes(plan), machine.mask_bytes);
  }
  return shortage(Place::auxiliary_buffer, plan.tile_features * channel_bias_bytes, machine.auxiliary_bytes);
}

/// @param weight_row_bytes  codes and masks of a row of weights, on average: says how long transfers take,
///                          never what fits
constexpr ProductPlan plan_product(const ProductShape& shape, uint32_t weight_row_bytes,
                                   const Capabilities& machine) {
  QuickestPlan quickest(shape, weight_row_bytes, machine);
  offer_whole_reductions(shape, machine, quickest);
  offer_divided_reductions(shape, machine, quickest);
  if (!quickest.found()) quickest.offer(smallest_plan(shape, machine));
  if (quickest.found()) return quickest.best();
  ProductPlan impossible;
  impossible.shortage = product_shortage(shape, machine);
  return impossible;
}

}  // namespace edgebert::firmware
