// SPDX-License-Identifier: Apache-2.0
// A head's scores and attention weights never leave the data buffers: scores, softmax and context follow each
// other on one tile of query rows. The buffers' layout stands in attention_plan.hpp.
#include "firmware/schedule/attention.hpp"

#include "firmware/drivers/dma.hpp"
#include "firmware/drivers/processing_unit.hpp"
#include "firmware/drivers/softmax.hpp"
#include "firmware/schedule/descriptor_check.hpp"

namespace edgebert::firmware {
namespace {

class Head {
 public:
  Head(const Sentence& sentence, uint32_t layer, uint32_t head)
      : sentence_(sentence),
        model_(sentence.machine.model),
        memory_(sentence.machine.memory),
        plan_(sentence.plans.attention),
        layer_(layer),
        head_(head),
        first_feature_(head * model_.head_size) {}

  void run() {
    load_span_mask();
    for (uint32_t first = 0; first < sentence_.rows; first += plan_.tile_rows) {
      run_tile(first, minimum(plan_.tile_rows, sentence_.rows - first));
    }
  }

 private:
  void run_tile(uint32_t first_row, uint32_t rows) {
    first_row_ = first_row;
    rows_ = rows;
    const KeyRange keys = reachable_keys();
    const bool same_keys = keys.first == keys_.first && keys.count == keys_.count;
    keys_ = keys;
    layout_ = attention_layout(attention_shape(model_, sentence_.rows), plan_, rows, keys.count);

    const bool loaded = same_keys && plan_.values_beside_keys;
    if (!loaded) load_keys();
    if (!loaded && plan_.values_beside_keys) load_values();
    load_queries();
    compute_scores();
    compute_weights();
    if (!plan_.values_beside_keys) load_values();
    compute_context();
    store_context();
  }

  KeyRange reachable_keys() const {
    if (model_.span_form != SpanForm::in_span) return {0, sentence_.rows};
    return keys_in_reach(first_row_, rows_, sentence_.machine.reach[head_], model_.span_index,
                         sentence_.rows);
  }

  Tag tag(Operator op, uint32_t row, uint32_t column) const { return {layer_, op, head_, row, column}; }

  void load_span_mask() {
    if (model_.span_form == SpanForm::none) return;
    load({model_.span_masks + head_ * model_.sequence, 0}, {dma::Buffer::auxiliary, 0, 0},
         {1, model_.sequence}, tag(Operator::probabilities, 0, 0));
  }

  void load_keys() {
    const Tensor& key = memory_.key;
    load({key.address + keys_.first * key.stride + first_feature_, key.stride},
         {dma::Buffer::data0, 0, layout_.key_stride}, {keys_.count, model_.head_size},
         tag(Operator::scores, 0, keys_.first));
  }

  void load_values() {
    const Tensor& value = memory_.value;
    load({value.address + first_feature_ * value.stride + keys_.first, value.stride},
         {dma::Buffer::data0, layout_.value_base, layout_.value_stride}, {model_.head_size, keys_.count},
         tag(Operator::context, 0, first_feature_));
  }

  void load_queries() {
    const Tensor& query = memory_.query;
    load({query.address + first_row_ * query.stride + first_feature_, query.stride},
         {dma::Buffer::data1, 0, layout_.query_stride}, {rows_, model_.head_size},
         tag(Operator::scores, first_row_, 0));
  }

  void compute_scores() {
    const ActivationBiases& bias = model_.activation_bias;
    firmware::run(ProductCommand{.rows = rows_,
                                 .columns = keys_.count,
                                 .reduction = model_.head_size,
                                 .rows_from_decoder0 = false,
                                 .scale = model_.attention_scale,
                                 .operand0 = {false, 0, layout_.key_stride, bias.key},
                                 .operand1 = {false, 0, layout_.query_stride, bias.query},
                                 .output = {processing_unit::OutputKind::wide, 1, layout_.score_base,
                                            layout_.score_stride, 0}},
                  tag(Operator::scores, first_row_, keys_.first));
  }

  void compute_weights() {
    firmware::run(
        SoftmaxCommand{
            .rows = rows_,
            .columns = keys_.count,
            .keys = sentence_.tokens,
            .first_row = first_row_,
            .first_key = keys_.first,
            .span_form = model_.span_form,
            .span_index = model_.span_index,
            .scores = {sfu::Format::wide, 1, 0, layout_.score_base, layout_.score_stride},
            .weights = {sfu::Format::adaptivfloat, 1, 0, layout_.weight_base, layout_.weight_stride},
            .span_base = 0,
            .span_length = model_.span_form == SpanForm::none ? 0 : model_.sequence,
            .row_scale_base = layout_.row_scale_base},
        tag(Operator::probabilities, first_row_, keys_.first));
  }

  void compute_context() {
    const ActivationBiases& bias = model_.activation_bias;
    firmware::run(
        ProductCommand{.rows = rows_,
                       .columns = model_.head_size,
                       .reduction = keys_.count,
                       .rows_from_decoder0 = false,
                       .row_scale = true,
                       .row_scale_base = layout_.row_scale_base,
                       .operand0 = {false, layout_.value_base, layout_.value_stride, bias.value},
                       .operand1 = {false, layout_.weight_base, layout_.weight_stride, probability_bias},
                       .output = {processing_unit::OutputKind::adaptivfloat, 1, layout_.score_base,
                                  layout_.query_stride, bias.context}},
        tag(Operator::context, first_row_, first_feature_));
  }

  void store_context() {
    const Tensor& context = memory_.context;
    store({dma::Buffer::data1, layout_.score_base, layout_.query_stride},
          {context.address + first_row_ * context.stride + first_feature_, context.stride},
          {rows_, model_.head_size}, tag(Operator::context, first_row_, first_feature_));
  }

  const Sentence& sentence_;
  const ModelDescriptor& model_;
  const MemoryPlan& memory_;
  const AttentionPlan& plan_;
  const uint32_t layer_;
  const uint32_t head_;
  const uint32_t first_feature_;  ///< of the head, in a token's row
  // The tile at work.
  uint32_t first_row_ = 0;
  uint32_t rows_ = 0;
  KeyRange keys_{0, 0};
  AttentionLayout layout_{};
};

}  // namespace

void run_attention(const Sentence& sentence, uint32_t layer) {
  const ModelDescriptor& model = sentence.machine.model;
  for (uint32_t head = 0; head < model.heads; ++head) {
    if (!head_is_off(model, head)) Head(sentence, layer, head).run();
  }
}

}  // namespace edgebert::firmware
