// SPDX-License-Identifier: Apache-2.0
// What the units of the special function unit share beyond Unit: the buffers they work on, lanes, timing.
#pragma once
#include "ip/common/unit.hpp"
#include "ip/pu/bit_mask.hpp"
#include "ip/sfu/operand.hpp"
#include "ip/sfu/sfu_ports.hpp"

namespace edgebert {

class SpecialFunctionUnit : public Unit {
 public:
  struct Parameters {
    std::uint32_t lanes;  ///< n: elements of a vector
    sfu::Costs costs;
  };

 protected:
  SpecialFunctionUnit(sc_core::sc_module_name name, unit::Kind kind, std::span<const Register> own,
                      const Parameters& parameters, const sfu::Buffers& buffers, const ClockDomain& clock)
      : Unit(name, kind, own, clock), parameters_(parameters), buffers_(buffers) {}

  /// Claims a matrix in a data buffer. A packed one is claimed by its masks, which arrive with it.
  bool claim_matrix(const sfu::Location& location, std::uint32_t rows, std::uint32_t elements,
                    ScratchBuffer::Use use) {
    DecoderBuffers& decoder = buffers_.decoders[location.buffer()];
    if (location.kind() == sfu::Format::packed) {
      const std::uint32_t row_bytes = 8 * bit_mask::groups(elements);
      return claim(decoder.mask, location.mask, rows, row_bytes, row_bytes, use);
    }
    const std::uint32_t row_bytes = elements * (location.wide() ? 4 : 1);
    return claim(decoder.data, location.base, rows, location.stride, row_bytes, use);
  }
  /// The port cycles of walking over a matrix so many times.
  void use_port_for(const sfu::Location& location, const sfu::RowShape& shape, unsigned passes) {
    use_port(buffers_.decoders[location.buffer()].data, sfu::port_cycles(shape, passes, location.wide()));
  }
  /// Claims a run of bytes of the auxiliary buffer.
  bool claim_auxiliary(std::uint32_t base, std::uint32_t bytes, ScratchBuffer::Use use) {
    return claim(buffers_.auxiliary, base, 1, 0, bytes, use);
  }

  const Parameters parameters_;
  const sfu::Buffers buffers_;
};

}  // namespace edgebert
