// SPDX-License-Identifier: Apache-2.0
#include "gelu.hpp"

#include "gelu_cost.hpp"
#include "gelu_kernel.hpp"

namespace edgebert {

namespace regs = gelu;
using Use = ScratchBuffer::Use;

Gelu::Gelu(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
           const ClockDomain& clock)
    : SpecialFunctionUnit(name, regs::kind, regs::map, parameters, buffers, clock) {}

/// CONTROL.start was written: refuse, or compute at once and say how long it takes.
void Gelu::start() {
  rows_ = registers[regs::rows];
  const std::uint32_t elements = registers[regs::elements];
  if (rows_ == 0 || elements == 0) return fail(sfu::Error::bad_shape);
  const sfu::Location source{registers[regs::source_format], registers[regs::source_base],
                             registers[regs::source_stride]};
  output_ = {registers[regs::output_format] & ~sfu::format_kind.mask(), registers[regs::output_base],
             registers[regs::output_stride]};
  if (source.kind() == sfu::Format::packed) return fail(sfu::Error::bad_format);
  if (const auto error = sfu::load(buffers_, source, rows_, elements, values_)) return fail(*error);
  if (!sfu::fits(buffers_, output_, rows_, elements)) return fail(sfu::Error::output_outside_buffer);
  if (!claim_matrix(source, rows_, elements, Use::reads) ||
      !claim_matrix(output_, rows_, elements, Use::writes))
    return fail(unit::Error::buffer_in_use);

  codes_.resize(values_.size());
  saturations_ = regs::gelu(values_, output_.bias(), codes_);
  const sfu::RowShape shape{rows_, elements, parameters_.lanes};
  use_port_for(source, shape, 1);
  use_port_for(output_, shape, 1);
  complete_after(regs::cycles(shape, source.wide()));
}

/// The cycles have passed: the result appears, counters count, the interrupt follows.
void Gelu::finish() {
  sfu::store_codes(buffers_, output_, rows_, codes_);
  elements_done_ += codes_.size();
  code_saturations_ += saturations_;
}

Work Gelu::work() const {
  return {.elements = codes_.size()};
}

}  // namespace edgebert
