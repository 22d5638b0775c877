// SPDX-License-Identifier: Apache-2.0
#include "ip/sfu/softmax.hpp"

#include "ip/sfu/sfu_cost.hpp"
#include "ip/sfu/softmax_kernel.hpp"
#include "ip/sfu/softmax_regs.hpp"

namespace edgebert {

namespace regs = softmax;

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
  const sfu::Loaded scores = sfu::load(buffers_, source, rows, columns);
  if (scores.error) return fail(*scores.error);
  if (!sfu::fits(buffers_, output, rows, columns)) return fail(sfu::Error::output_outside_buffer);

  std::vector<std::uint8_t> weights(scores.values.size());
  std::vector<std::int32_t> scales(rows);
  softmax::RowStatistics statistics;
  for (std::uint32_t r = 0; r < rows; ++r) {
    const std::size_t at = std::size_t{r} * columns;
    const softmax::RowPosition position{registers[regs::first_row] + r, registers[regs::first_key],
                                        registers[regs::keys]};
    scales[r] = static_cast<std::int32_t>(
        softmax::softmax_row(std::span(scores.values).subspan(at, columns), span, position,
                             std::span(weights).subspan(at, columns), statistics));
  }
  const Cycles cycles = sfu::softmax_cycles({rows, columns, parameters_.lanes}, true, parameters_.preset);
  complete_after(cycles, [this, rows, columns, output, scale_base, statistics, weights = std::move(weights),
                          scales = std::move(scales)] {
    sfu::store_codes(buffers_, output, rows, weights);
    buffers_.auxiliary.write(scale_base,
                             {reinterpret_cast<const std::uint8_t*>(scales.data()), scales.size() * 4});
    counters.add("rows", rows);
    counters.add("exp_evaluated", statistics.exp_evaluated);
    counters.add("weights_at_maximum", statistics.weights_at_maximum);
    if (observer) {
      observer(tile(rows, columns, Tile::Format::adaptivfloat,
                    std::vector<std::int32_t>(weights.begin(), weights.end())));
      observer(tile(rows, 1, Tile::Format::row_scale, scales));
    }
  });
}

}  // namespace edgebert
