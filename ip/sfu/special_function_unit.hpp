// SPDX-License-Identifier: Apache-2.0
// What the units of the special function unit share beyond Unit: the buffers they work on, lanes, timing.
#pragma once
#include "ip/common/timing.hpp"
#include "ip/common/unit.hpp"
#include "ip/sfu/operand.hpp"

namespace edgebert {

class SpecialFunctionUnit : public Unit {
 public:
  struct Parameters {
    std::uint32_t lanes;  ///< n: elements of a vector
    TimingPreset preset;
  };

 protected:
  SpecialFunctionUnit(sc_core::sc_module_name name, unit::Kind kind, std::span<const Register> own,
                      const Parameters& parameters, const sfu::Buffers& buffers, const ClockDomain& clock)
      : Unit(name, kind, own, clock), parameters_(parameters), buffers_(buffers) {}

  const Parameters parameters_;
  const sfu::Buffers buffers_;
};

}  // namespace edgebert
