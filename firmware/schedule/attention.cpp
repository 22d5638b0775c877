// SPDX-License-Identifier: Apache-2.0
// A head's scores and attention weights never leave the data buffers. Softmax takes longest: while it works
// on one tile, the processing unit finishes the tile before and begins the one behind. The buffers' layout
// stands in attention_plan.hpp.
#include "firmware/schedule/attention.hpp"

#include "firmware/drivers/dma.hpp"
#include "firmware/drivers/processing_unit.hpp"
#include "firmware/drivers/softmax.hpp"
#include "firmware/schedule/attention_tiles.hpp"
#include "firmware/schedule/slots.hpp"

namespace edgebert::firmware {
namespace {

class Attention {
 public:
  Attention(const Sentence& sentence, uint32_t layer)
      : model_(sentence.machine.model),
        memory_(sentence.machine.memory),
        plan_(sentence.plans.attention),
        layout_(attention_layout(attention_shape(model_, sentence.rows), plan_)),
        valid_keys_(sentence.tokens),
        layer_(layer),
        tiles_(sentence) {}

  void run() {
    if (!tiles_.exists()) return;
    if (plan_.overlapped) {
      run_overlapped();
    } else {
      run_one_by_one();
    }
  }

 private:
  void run_overlapped() {
    AttentionTile tile = take_tile();
    AttentionTile before{};
    load_score_operands(tile);
    load_span_mask(tile);
    transfers_.finish();
    start_scores(tile);
    wait(units::processing_unit);
    for (bool first = true;; first = false) {
      start_softmax(tile);
      const bool last = !tiles_.exists();
      const AttentionTile behind = last ? tile : take_tile();
      if (!last) load_score_operands(behind);
      if (!first) {
        start_context(before);
        wait(units::processing_unit);
      }
      transfers_.finish();
      load_values(tile);
      if (!last) start_scores(behind);
      if (!last) load_span_mask(behind);
      if (!first) store_context(before);
      if (!last) wait(units::processing_unit);
      transfers_.finish();
      wait(units::softmax);
      before = tile;
      if (last) break;
      tile = behind;
    }
    start_context(before);
    wait(units::processing_unit);
    store_context(before);
    transfers_.finish();
  }

  void run_one_by_one() {
    while (tiles_.exists()) {
      const AttentionTile tile = take_tile();
      load_score_operands(tile);
      load_span_mask(tile);
      if (plan_.values_beside_keys) load_values(tile);
      transfers_.finish();
      start_scores(tile);
      wait(units::processing_unit);
      start_softmax(tile);
      if (!plan_.values_beside_keys) load_values(tile);
      wait(units::softmax);
      transfers_.finish();
      start_context(tile);
      wait(units::processing_unit);
      store_context(tile);
      transfers_.finish();
    }
  }

  AttentionTile take_tile() {
    const AttentionTile tile = tiles_.current();
    tiles_.advance();
    return tile;
  }

  Tag tag(Operator op, const AttentionTile& tile, uint32_t row, uint32_t column) const {
    return {layer_, op, tile.head, row, column};
  }

  uint32_t first_feature(const AttentionTile& tile) const { return tile.head * model_.head_size; }

  void load_score_operands(const AttentionTile& tile) {
    const Tensor& key = memory_.key;
    const Tensor& query = memory_.query;
    if (keys_.differ(tile)) {
      const Extent& keys = tile.loaded_keys;
      transfers_.load({key.address + keys.first * key.stride + first_feature(tile), key.stride},
                      {dma::Buffer::data0, 0, layout_.head_stride}, {keys.count, model_.head_size},
                      tag(Operator::scores, tile, 0, keys.first));
      keys_.hold(tile);
      if (!plan_.values_beside_keys) values_.forget();
    }
    transfers_.load({query.address + tile.rows.first * query.stride + first_feature(tile), query.stride},
                    {dma::Buffer::data1, layout_.query_base, layout_.head_stride},
                    {tile.rows.count, model_.head_size}, tag(Operator::scores, tile, tile.rows.first, 0));
  }

  void load_values(const AttentionTile& tile) {
    if (!values_.differ(tile)) return;
    const Tensor& value = memory_.value;
    const Extent& keys = tile.loaded_keys;
    transfers_.load({value.address + first_feature(tile) * value.stride + keys.first, value.stride},
                    {dma::Buffer::data0, layout_.value_base, value_stride(tile)},
                    {model_.head_size, keys.count}, tag(Operator::context, tile, 0, first_feature(tile)));
    values_.hold(tile);
    if (!plan_.values_beside_keys) keys_.forget();
  }

  void load_span_mask(const AttentionTile& tile) {
    if (model_.span_form == SpanForm::none || spans_.holds(tile.span_slot, tile.head)) return;
    transfers_.load({model_.span_masks + tile.head * model_.sequence, 0},
                    {dma::Buffer::auxiliary, layout_.span_base[tile.span_slot], 0}, {1, model_.sequence},
                    tag(Operator::probabilities, tile, 0, 0));
    spans_.hold(tile.span_slot, tile.head);
  }

  void start_scores(const AttentionTile& tile) const {
    const ActivationBiases& bias = model_.activation_bias;
    const uint32_t keys_base = (tile.keys.first - tile.loaded_keys.first) * layout_.head_stride;
    prepare(ProductCommand{.rows = tile.rows.count,
                           .columns = tile.keys.count,
                           .reduction = model_.head_size,
                           .rows_from_decoder0 = false,
                           .scale = model_.attention_scale,
                           .operand0 = {false, keys_base, layout_.head_stride, bias.key},
                           .operand1 = {false, layout_.query_base, layout_.head_stride, bias.query},
                           .output = {processing_unit::OutputKind::wide, 1, layout_.score_base[tile.area],
                                      score_stride(tile), 0}});
    start(units::processing_unit, tag(Operator::scores, tile, tile.rows.first, tile.keys.first));
  }

  void start_softmax(const AttentionTile& tile) const {
    prepare(SoftmaxCommand{
        .rows = tile.rows.count,
        .columns = tile.keys.count,
        .keys = valid_keys_,
        .first_row = tile.rows.first,
        .first_key = tile.keys.first,
        .span_form = model_.span_form,
        .span_index = model_.span_index,
        .scores = {sfu::Format::wide, 1, 0, layout_.score_base[tile.area], score_stride(tile)},
        .weights = {sfu::Format::adaptivfloat, 1, 0, layout_.weight_base[tile.area], weight_stride(tile)},
        .span_base = layout_.span_base[tile.span_slot],
        .span_length = model_.span_form == SpanForm::none ? 0 : model_.sequence,
        .row_scale_base = layout_.row_scale_base[tile.area]});
    start(units::softmax, tag(Operator::probabilities, tile, tile.rows.first, tile.keys.first));
  }

  void start_context(const AttentionTile& tile) const {
    const ActivationBiases& bias = model_.activation_bias;
    const uint32_t values_base = layout_.value_base + tile.keys.first - tile.loaded_keys.first;
    prepare(ProductCommand{
        .rows = tile.rows.count,
        .columns = model_.head_size,
        .reduction = tile.keys.count,
        .rows_from_decoder0 = false,
        .row_scale = true,
        .row_scale_base = layout_.row_scale_base[tile.area],
        .operand0 = {false, values_base, value_stride(tile), bias.value},
        .operand1 = {false, layout_.weight_base[tile.area], weight_stride(tile), probability_bias},
        .output = {processing_unit::OutputKind::adaptivfloat, 1, layout_.context_base, layout_.head_stride,
                   bias.context}});
    start(units::processing_unit, tag(Operator::context, tile, tile.rows.first, first_feature(tile)));
  }

  void store_context(const AttentionTile& tile) {
    const Tensor& context = memory_.context;
    transfers_.store(
        {dma::Buffer::data1, layout_.context_base, layout_.head_stride},
        {context.address + tile.rows.first * context.stride + first_feature(tile), context.stride},
        {tile.rows.count, model_.head_size},
        tag(Operator::context, tile, tile.rows.first, first_feature(tile)));
  }

  static uint32_t score_stride(const AttentionTile& tile) { return aligned(tile.keys.count * wide_bytes); }
  static uint32_t weight_stride(const AttentionTile& tile) { return aligned(tile.keys.count); }
  static uint32_t value_stride(const AttentionTile& tile) { return aligned(tile.loaded_keys.count); }

  /// Which keys or values lie in data buffer 0.
  class Held {
   public:
    bool differ(const AttentionTile& tile) const {
      return tile.head != head_ || tile.loaded_keys.first != keys_.first ||
             tile.loaded_keys.count != keys_.count;
    }
    void hold(const AttentionTile& tile) {
      head_ = tile.head;
      keys_ = tile.loaded_keys;
    }
    void forget() { head_ = Slots::none; }

   private:
    uint32_t head_ = Slots::none;
    Extent keys_{0, 0};
  };

  const ModelDescriptor& model_;
  const MemoryPlan& memory_;
  const AttentionPlan& plan_;
  const AttentionLayout layout_;
  const uint32_t valid_keys_;
  const uint32_t layer_;
  AttentionTiles tiles_;
  Transfers transfers_;
  Held keys_;
  Held values_;
  Slots spans_{2};
};

}  // namespace

void run_attention(const Sentence& sentence, uint32_t layer) {
  Attention(sentence, layer).run();
}

}  // namespace edgebert::firmware
