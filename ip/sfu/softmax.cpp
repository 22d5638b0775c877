// SPDX-License-Identifier: Apache-2.0
#include "ip/sfu/softmax.hpp"

#include "ip/sfu/sfu_cost.hpp"
#include "ip/sfu/softmax_regs.hpp"

namespace edgebert {

namespace regs = softmax;
using Use = ScratchBuffer::Use;

Softmax::Softmax(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
                 const ClockDomain& clock)
    : SpecialFunctionUnit(name, unit::Kind::softmax, regs::map, parameters, buffers, clock) {}

void Softmax::start() {
  const std::uint32_t rows = registers[regs::rows];
  const std::uint32_t columns = registers[regs::columns];
  if (rows == 0 || columns == 0 || columns > regs::columns_max) return fail(sfu::Error::bad_shape);

  const std::uint32_t mode = registers[regs::mode];
  softmax::Span span;
  span.form = static_cast<SpanForm>(regs::mode_span_form.get(mode));
  span.index = static_cast<SpanIndex>(regs::mode_by_position.get(mode));
  const sfu::Location source{registers[regs::source_format], registers[regs::source_base],
                             registers[regs::source_stride]};
  const sfu::Location output{registers[regs::output_format] & ~sfu::format_kind.mask(),
                             registers[regs::output_base], registers[regs::output_stride]};
  if (!source.wide() || span.form > SpanForm::in_span) return fail(sfu::Error::bad_format);

  const std::uint32_t scale_base = registers[regs::row_scale_base];
  if (!buffers_.auxiliary.contains(scale_base, rows, 4, 4))
    return fail(sfu::Error::parameters_outside_auxiliary);
  if (span.form != SpanForm::none) {
    const std::uint32_t span_base = registers[regs::span_base];
    const std::uint32_t span_length = registers[regs::span_length];
    if (!buffers_.auxiliary.contains(span_base, 1, 0, span_length))
      return fail(sfu::Error::parameters_outside_auxiliary);
    span.mask = buffers_.auxiliary.read(span_base, span_length);
  }
  if (const auto error = sfu::load(buffers_, source, rows, columns, scores_)) return fail(*error);
  if (!sfu::fits(buffers_, output, rows, columns)) return fail(sfu::Error::output_outside_buffer);
  if (!claim_matrix(source, rows, columns, Use::reads) || !claim_matrix(output, rows, columns, Use::writes) ||
      !claim_auxiliary(registers[regs::span_base], static_cast<std::uint32_t>(span.mask.size()),
                       Use::reads) ||
      !claim_auxiliary(scale_base, 4 * rows, Use::writes)) {
    return fail(unit::Error::buffer_in_use);
  }

  running_ = {.rows = rows, .columns = columns, .scale_base = scale_base, .output = output, .statistics = {}};
  weights_.resize(scores_.size());
  scales_.resize(rows);
  for (std::uint32_t r = 0; r < rows; ++r) {
    const std::size_t at = std::size_t{r} * columns;
    const softmax::RowPosition position{registers[regs::first_row] + r, registers[regs::first_key],
                                        registers[regs::keys]};
    scales_[r] = static_cast<std::int32_t>(
        softmax::softmax_row(std::span(scores_).subspan(at, columns), span, position,
                             std::span(weights_).subspan(at, columns), running_.statistics));
  }
  const sfu::RowShape shape{rows, columns, parameters_.lanes};
  use_port_for(source, shape, sfu::softmax_passes);
  use_port_for(output, shape, 1);
  complete_after(sfu::softmax_cycles(shape, true, parameters_.costs));
}

void Softmax::finish() {
  const auto& [rows, columns, scale_base, output, statistics] = running_;
  sfu::store_codes(buffers_, output, rows, weights_);
  buffers_.auxiliary.write(scale_base,
                           {reinterpret_cast<const std::uint8_t*>(scales_.data()), scales_.size() * 4});
  rows_done_ += rows;
  exp_evaluated_ += statistics.exp_evaluated;
  weights_at_maximum_ += statistics.weights_at_maximum;
  if (!observer) return;
  observer(tile(rows, columns, Tile::Format::adaptivfloat,
                std::vector<std::int32_t>(weights_.begin(), weights_.end()), probability_bias));
  observer(tile(rows, 1, Tile::Format::row_scale, scales_));
}

Work Softmax::work() const {
  return {.elements = std::uint64_t{running_.rows} * running_.columns,
          .exponentials = running_.statistics.exp_evaluated};
}

}  // namespace edgebert
