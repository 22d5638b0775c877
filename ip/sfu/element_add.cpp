// SPDX-License-Identifier: Apache-2.0
#include "ip/sfu/element_add.hpp"

#include "ip/numerics/array_codec.hpp"
#include "ip/sfu/element_add_regs.hpp"
#include "ip/sfu/sfu_cost.hpp"

namespace edgebert {

namespace regs = element_add;
using Use = ScratchBuffer::Use;

ElementAdd::ElementAdd(sc_core::sc_module_name name, const Parameters& parameters,
                       const sfu::Buffers& buffers, const ClockDomain& clock)
    : SpecialFunctionUnit(name, unit::Kind::element_add, regs::map, parameters, buffers, clock) {}

void ElementAdd::start() {
  const std::uint32_t rows = registers[regs::rows];
  const std::uint32_t features = registers[regs::features];
  if (rows == 0 || features == 0) return fail(sfu::Error::bad_shape);

  const sfu::Location a{registers[regs::a_format], registers[regs::a_base], registers[regs::a_stride],
                        registers[regs::a_mask]};
  const sfu::Location b{registers[regs::b_format], registers[regs::b_base], registers[regs::b_stride],
                        registers[regs::b_mask]};
  const sfu::Location output{registers[regs::output_format], registers[regs::output_base],
                             registers[regs::output_stride]};
  if (output.kind() != sfu::Format::adaptivfloat && !output.wide()) return fail(sfu::Error::bad_format);
  if (!sfu::fits(buffers_, output, rows, features)) return fail(sfu::Error::output_outside_buffer);

  running_ = {rows, features, output, 0, 0};
  if (const auto error =
          sfu::load_sum(buffers_, a, b, rows, features, operands_, running_.working_saturations)) {
    return fail(*error);
  }
  if (!claim_matrix(a, rows, features, Use::reads) || !claim_matrix(b, rows, features, Use::reads) ||
      !claim_matrix(output, rows, features, Use::writes)) {
    return fail(unit::Error::buffer_in_use);
  }
  if (!output.wide()) {
    codes_.resize(operands_.sum.size());
    running_.code_saturations = numerics::encode_working(operands_.sum, output.bias(), codes_);
  }
  const sfu::RowShape shape{rows, features, parameters_.lanes};
  for (const sfu::Location& each : {a, b, output}) use_port_for(each, shape, 1);
  const unsigned wide_operands = a.wide() + b.wide() + output.wide();
  complete_after(sfu::element_add_cycles(shape, wide_operands, parameters_.costs));
}

void ElementAdd::finish() {
  const auto& [rows, features, output, working_saturations, code_saturations] = running_;
  if (output.wide()) {
    sfu::store_words(buffers_, output, rows, operands_.sum);
  } else {
    sfu::store_codes(buffers_, output, rows, codes_);
  }
  elements_done_ += std::uint64_t{rows} * features;
  working_saturations_ += working_saturations;
  code_saturations_ += code_saturations;
  if (!observer) return;
  if (output.wide()) return observer(tile(rows, features, Tile::Format::wide, operands_.sum));
  observer(tile(rows, features, Tile::Format::adaptivfloat,
                std::vector<std::int32_t>(codes_.begin(), codes_.end()), output.bias()));
}

Work ElementAdd::work() const {
  return {.elements = std::uint64_t{running_.rows} * running_.features};
}

}  // namespace edgebert
