// SPDX-License-Identifier: Apache-2.0
#include "ip/sfu/element_add.hpp"

#include "ip/numerics/adaptivfloat.hpp"
#include "ip/sfu/element_add_regs.hpp"
#include "ip/sfu/sfu_cost.hpp"
#include "ip/sfu/sum.hpp"

namespace edgebert {

namespace regs = element_add;

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

  std::uint64_t working_saturations = 0;
  std::uint64_t code_saturations = 0;
  sfu::Loaded sum = sfu::load_sum(buffers_, a, b, rows, features, working_saturations);
  if (sum.error) return fail(*sum.error);
  std::vector<std::uint8_t> codes;
  if (!output.wide()) {
    for (std::int32_t& value : sum.values) {
      const auto encoded = numerics::encode(value, working_fraction_bits, output.bias());
      code_saturations += encoded.saturated;
      codes.push_back(encoded.code);
      value = encoded.code;
    }
  }
  const unsigned wide_operands = a.wide() + b.wide() + output.wide();
  const Cycles cycles =
      sfu::element_add_cycles({rows, features, parameters_.lanes}, wide_operands, parameters_.preset);
  complete_after(cycles, [this, rows, features, output, working_saturations, code_saturations,
                          codes = std::move(codes), values = std::move(sum.values)] {
    if (output.wide()) {
      sfu::store_words(buffers_, output, rows, values);
    } else {
      sfu::store_codes(buffers_, output, rows, codes);
    }
    counters.add("elements", std::uint64_t{rows} * features);
    counters.add("working_saturations", working_saturations);
    counters.add("code_saturations", code_saturations);
    if (observer)
      observer(tile(rows, features, output.wide() ? Tile::Format::wide : Tile::Format::adaptivfloat, values));
  });
}

}  // namespace edgebert
