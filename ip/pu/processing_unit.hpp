// SPDX-License-Identifier: Apache-2.0
// The processing unit: two bit-mask decoders, n x n VMAC datapath, accumulator, activation, encoder.
// Function: product_kernel.hpp, bit_mask.hpp. Cycles: product_cost.hpp. Registers: processing_unit_regs.hpp.
// Modelled: function, cycles, interrupt, errors, counters, an accumulator of n x n kept between commands. Not
// modelled: the order in which blocks are computed (the accumulator is exact, so it changes nothing), operand
// reuse between blocks.
#pragma once
#include <array>
#include <optional>

#include "ip/common/timing.hpp"
#include "ip/common/unit.hpp"
#include "ip/pu/processing_unit_regs.hpp"
#include "ip/pu/product_cost.hpp"
#include "ip/pu/product_kernel.hpp"
#include "ip/sram/scratch_buffer.hpp"

namespace edgebert {

class ProcessingUnit : public Unit {
 public:
  struct Parameters {
    std::uint32_t lanes;  ///< n: 2, 4, 8, 16, 32 or 64
    TimingPreset preset;
  };

  ProcessingUnit(sc_core::sc_module_name name, const Parameters& parameters,
                 std::array<DecoderBuffers, 2>& decoders, ScratchBuffer& auxiliary, const ClockDomain& clock);

 private:
  using Error = processing_unit::Error;
  struct OperandPlace {
    std::uint32_t base, stride, mask, format;
  };
  struct Decoded {
    product::Operand operand;
    std::uint64_t data_bytes = 0;  ///< from its base to past its last byte in the data buffer
  };
  struct Output {
    processing_unit::OutputKind kind;
    std::uint32_t buffer, bias, base, stride, mask;
  };
  struct Result {
    std::vector<std::int32_t> values;  ///< codes or Q8.12
    std::uint64_t working_saturations = 0;
    std::uint64_t code_saturations = 0;
  };

  void start() override;
  OperandPlace operand_place(unsigned decoder) const;
  Output output_place() const;
  std::optional<Error> check_format() const;
  std::optional<Error> check_shape(const product::Shape& shape) const;
  std::optional<Error> check_output(const product::Shape& shape, const Output& output,
                                    const Decoded& neighbour) const;
  std::optional<Error> decode(unsigned decoder, product::Role role, std::uint32_t rows,
                              std::uint32_t reduction, Decoded& decoded) const;
  std::optional<Error> fill_epilogue(const product::Shape& shape, product::Epilogue& epilogue);
  Result encode(const product::Epilogue& epilogue, const Output& output) const;
  void write_output(const product::Shape& shape, const Output& output, const Result& result);
  void count(const product::Shape& shape, std::uint64_t useful);

  Parameters parameters_;
  std::array<DecoderBuffers, 2>& decoders_;
  ScratchBuffer& auxiliary_;
  product::Accumulator accumulator_;
  std::uint32_t kept_reduction_ = 0;  ///< of what the accumulator holds for the next command; 0: nothing
  std::vector<std::uint32_t> row_scales_;
  std::vector<std::int16_t> channel_biases_;
};

}  // namespace edgebert
