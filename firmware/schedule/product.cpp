// SPDX-License-Identifier: Apache-2.0
// Weights go through decoder 0, activations through decoder 1. While a command runs, the DMA stores the
// output of the one before it and loads what the next one needs into slots the running one does not read.
#include "firmware/schedule/product.hpp"

#include "firmware/drivers/dma.hpp"
#include "firmware/drivers/processing_unit.hpp"
#include "firmware/schedule/product_steps.hpp"
#include "firmware/schedule/slots.hpp"

namespace edgebert::firmware {
namespace {

constexpr uint32_t output_buffer = 1;
constexpr uint32_t wide_element_bytes = 4;

/// Slots and output area of a step.
struct Places {
  uint32_t weights = Slots::none;
  uint32_t activations = Slots::none;
  uint32_t biases = Slots::none;
  uint32_t output = 0;
};

/// Where slots and areas begin in their buffers: their number times these.
struct Layout {
  uint32_t weights, masks, activations, activation_stride, biases;
  uint32_t output_begin, output_area;
};

Layout layout_of(const ProductShape& shape, const ProductPlan& plan) {
  const uint32_t activations = activation_slot_bytes(plan);
  return {weight_slot_bytes(plan),
          mask_slot_bytes(plan),
          activations,
          aligned(plan.activation_reduction),
          bias_slot_bytes(plan),
          plan.activation_slots * activations,
          output_area_bytes(shape, plan)};
}

/// A step and where its operands and output lie.
struct Scheduled {
  ProductStep step;
  Places places;
};

class ProductPipeline {
 public:
  ProductPipeline(const ProductShape& shape, const ProductPlan& plan)
      : layout_(layout_of(shape, plan)),
        output_areas_(plan.output_areas),
        weights_(plan.weight_slots),
        activations_(plan.activation_slots),
        biases_(plan.bias_slots) {}

  void run(ProductSteps steps) {
    // The step before the running one, until its output is on its way; the running one; the next one; and the
    // one after that, worked out while the units work.
    Scheduled schedule[4];
    uint32_t running = 0;
    steps.describe(schedule[0].step);
    place(schedule[0], {}, 0);
    fetch(schedule[0], {});
    prepare(command(schedule[0]));
    bool more = steps.advance();
    if (more) place_behind(schedule[0], steps, schedule[1]);
    transfers_.finish();
    while (more) {
      const Scheduled& now = schedule[running % 4];
      const Scheduled& next = schedule[(running + 1) % 4];
      start(units::processing_unit, now.step.tag());
      store_output();
      fetch(next, now.places);
      prepare(command(next));
      more = steps.advance();
      if (more) place_behind(next, steps, schedule[(running + 2) % 4]);
      const bool ready = can_follow(next, now);
      if (ready && now.step.writes()) program_store(now);
      complete(now);
      if (!ready) make_room_and_fetch(next);
      ++running;
    }
    start(units::processing_unit, schedule[running % 4].step.tag());
    store_output();
    complete(schedule[running % 4]);
    store_output();
    transfers_.finish();
  }

 private:
  /// @param running  what the command before reads
  void place(Scheduled& scheduled, const Places& running, uint32_t output) const {
    auto& [step, places] = scheduled;
    places.weights = weights_.choose(step.weight_tile, running.weights);
    places.activations = activations_.choose(step.activation_tile, running.activations);
    places.biases = biases_.choose(step.bias_tile, running.biases);
    places.output = output;
  }

  /// Tiles that are written one after the other go to the two areas in turn.
  void place_behind(const Scheduled& before, const ProductSteps& steps, Scheduled& behind) const {
    const uint32_t area = before.places.output;
    const bool other = before.step.writes() && output_areas_ == 2;
    steps.describe(behind.step);
    place(behind, before.places, other ? 1 - area : area);
  }

  /// Starts loading what a step needs and is not there, but for what would overwrite what `running` reads.
  void fetch(const Scheduled& scheduled, const Places& running) {
    const auto& [step, places] = scheduled;
    if (places.weights != running.weights && !weights_.holds(places.weights, step.weight_tile)) {
      load_weights(step, places.weights);
    }
    if (places.activations != running.activations &&
        !activations_.holds(places.activations, step.activation_tile)) {
      load_activations(step, places.activations);
    }
    if (places.biases != running.biases && !biases_.holds(places.biases, step.bias_tile)) {
      load_biases(step, places.biases);
    }
  }

  /// Whether a step can start when the running command and the transfers on their way are finished: operands
  /// have their slots and the output its area. Asked, and the store programmed, while all of them still run:
  /// between two transfers the core's time is the bus's.
  bool can_follow(const Scheduled& next, const Scheduled& running) const {
    const auto& [step, places] = next;
    const bool area_taken = running.step.writes() && step.writes() && places.output == running.places.output;
    return !area_taken && weights_.holds(places.weights, step.weight_tile) &&
           activations_.holds(places.activations, step.activation_tile) &&
           biases_.holds(places.biases, step.bias_tile);
  }

  /// What a step that cannot follow waits for.
  void make_room_and_fetch(const Scheduled& next) {
    if (unstored_ != nullptr && next.step.writes() && next.places.output == unstored_->places.output) {
      store_output();
    }
    fetch(next, {});
    transfers_.finish();
  }

  /// Waits for the running command and all transfers.
  void complete(const Scheduled& running) {
    transfers_.finish_with(units::processing_unit);
    if (running.step.writes()) unstored_ = &running;
  }

  void load_weights(const ProductStep& step, uint32_t slot) {
    transfers_.load_packed({.matrix = &step.product->weights.weights,
                            .buffer = dma::Buffer::data0,
                            .row_list = 0,
                            .first_row = step.features.first,
                            .rows = step.features.count,
                            .first_group = step.reduction.first / mask_group,
                            .groups = divide_up(step.reduction.count, mask_group),
                            .buffer_address = slot * layout_.weights,
                            .mask_address = slot * layout_.masks},
                           step.tag(0, step.features.first));
    weights_.hold(slot, step.weight_tile);
  }

  void load_activations(const ProductStep& step, uint32_t slot) {
    const Tensor& source = step.product->activations;
    const Extent columns = step.activation_reduction;
    transfers_.load({source.address + step.tokens.first * source.stride + columns.first, source.stride},
                    {dma::Buffer::data1, slot * layout_.activations, layout_.activation_stride},
                    {step.tokens.count, columns.count}, step.tag(step.tokens.first, 0));
    activations_.hold(slot, step.activation_tile);
  }

  void load_biases(const ProductStep& step, uint32_t slot) {
    const Extent channels = step.biases;
    transfers_.load({step.product->weights.channel_bias + channels.first * channel_bias_bytes, 0},
                    {dma::Buffer::auxiliary, slot * layout_.biases, 0},
                    {1, channels.count * channel_bias_bytes}, step.tag(0, channels.first));
    biases_.hold(slot, step.bias_tile);
  }

  ProductCommand command(const Scheduled& scheduled) const {
    const auto& [step, places] = scheduled;
    using processing_unit::BiasAxis;
    using processing_unit::OutputKind;
    const Product& product = *step.product;
    const bool wide = product.shape.element_bytes == wide_element_bytes;
    const uint32_t columns = step.output_columns().count;
    const uint32_t first_in_slot = step.reduction.first - step.activation_reduction.first;
    const uint32_t first_bias = step.features.first - step.biases.first;
    return {
        .rows = step.output_rows().count,
        .columns = columns,
        .reduction = step.reduction.count,
        .rows_from_decoder0 = product.transposed,
        .accumulate = step.continues(),
        .keep = !step.writes(),
        .activation = product.activation,
        .bias_axis = product.transposed ? BiasAxis::row : BiasAxis::column,
        .bias_base = places.biases * layout_.biases + first_bias * channel_bias_bytes,
        .bias_fraction = product.weights.channel_bias_fraction,
        .operand0 = {true, places.weights * layout_.weights, 0, product.weights.weights.exponent_bias,
                     places.weights * layout_.masks},
        .operand1 = {false, places.activations * layout_.activations + first_in_slot,
                     layout_.activation_stride, product.activations_bias},
        .output = {wide ? OutputKind::wide : OutputKind::adaptivfloat, output_buffer,
                   output_base(places.output), output_stride(product.shape, columns), product.output_bias}};
  }

  /// Writes the registers of a store; nothing may be loaded before it is started.
  void program_store(const Scheduled& scheduled) {
    const auto& [step, places] = scheduled;
    const ProductShape& shape = step.product->shape;
    const Tensor& to = step.product->output;
    const Extent rows = step.output_rows(), columns = step.output_columns();
    transfers_.prepare_store(
        {dma::Buffer::data1, output_base(places.output), output_stride(shape, columns.count)},
        {to.address + rows.first * to.stride + columns.first * shape.element_bytes, to.stride},
        {rows.count, columns.count * shape.element_bytes});
    store_programmed_ = true;
  }

  /// Starts storing the last finished tile, if that has not happened yet.
  void store_output() {
    if (unstored_ == nullptr) return;
    if (!store_programmed_) program_store(*unstored_);
    transfers_.start_prepared(unstored_->step.tag());
    store_programmed_ = false;
    unstored_ = nullptr;
  }

  uint32_t output_base(uint32_t area) const { return layout_.output_begin + area * layout_.output_area; }

  const Layout layout_;
  const uint32_t output_areas_;
  Transfers transfers_;
  Slots weights_;
  Slots activations_;
  Slots biases_;
  bool store_programmed_ = false;        ///< in the registers of the DMA
  const Scheduled* unstored_ = nullptr;  ///< its output is finished and not on its way
};

}  // namespace

void run_products(const Product* products, uint32_t count, const FeatureRuns& features,
                  const ProductPlan& plan) {
  if (features.count == 0) return;
  ProductPipeline(products[0].shape, plan).run(ProductSteps(products, count, features, plan));
}

void run_product(const Product& product, const ProductPlan& plan) {
  const Extent all{0, product.shape.features};
  run_products(&product, 1, {&all, 1}, plan);
}

}  // namespace edgebert::firmware
