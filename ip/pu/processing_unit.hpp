// SPDX-License-Identifier: Apache-2.0
// The processing unit: two bit-mask decoders, n x n VMAC datapath, accumulator, activation, encoder.
// Function: product_kernel.hpp, bit_mask.hpp; with the published model's arithmetic
// published_product_kernel.hpp. Cycles: product_cost.hpp. Registers: processing_unit_regs.hpp. Modelled:
// function, cycles, interrupt, errors, counters, an accumulator of n x n kept between commands. Not modelled:
// the order in which blocks are computed (the accumulator is exact, so it changes nothing), operand reuse
// between blocks.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "ip/common/scratch_buffer.hpp"
#include "ip/common/timing.hpp"
#include "ip/common/unit.hpp"
#include "ip/pu/operand_cache.hpp"
#include "ip/pu/processing_unit_regs.hpp"
#include "ip/pu/product_cost.hpp"
#include "ip/pu/product_kernel.hpp"
#include "ip/pu/published_product_kernel.hpp"

namespace edgebert {

class ProcessingUnit : public Unit {
 public:
  struct Parameters {
    std::uint32_t lanes;  ///< n: 2, 4, 8, 16, 32 or 64
    product::Costs costs;
    product::Arithmetic arithmetic = product::Arithmetic::exact;
  };

  ProcessingUnit(sc_core::sc_module_name name, const Parameters& parameters,
                 std::array<DecoderBuffers, 2>& decoders, ScratchBuffer& auxiliary, const ClockDomain& clock);

 private:
  using Error = processing_unit::Error;
  struct OperandPlace {
    std::uint32_t base, stride, mask, format;
  };
  struct Decoded {
    const product::Operand* operand = nullptr;
    std::uint64_t data_bytes = 0;  ///< from its base to past its last byte in the data buffer
  };
  struct Output {
    processing_unit::OutputKind kind;
    std::uint32_t buffer, bias, base, stride, mask;
    bool wide() const { return kind == processing_unit::OutputKind::wide; }
  };

  void start() override;
  void finish() override;
  Work work() const override;
  OperandPlace operand_place(unsigned decoder) const;
  Output output_place() const;
  std::optional<Error> check_format() const;
  std::optional<Error> check_arithmetic() const;
  std::optional<Error> check_shape(const product::Shape& shape) const;
  std::optional<Error> check_output(const product::Shape& shape, const Output& output,
                                    const Decoded& neighbour) const;
  std::optional<Error> decode(unsigned decoder, product::Role role, std::uint32_t rows,
                              std::uint32_t reduction, Decoded& decoded);
  std::optional<Error> decode_dense(unsigned decoder, const OperandPlace& place,
                                    const OperandCache::View& view, Decoded& decoded);
  std::optional<Error> decode_packed(unsigned decoder, const OperandPlace& place,
                                     const OperandCache::View& view, Decoded& decoded);
  product::PublishedEpilogue published_epilogue(const Output& output) const;
  std::optional<Error> fill_epilogue(const product::Shape& shape, product::Epilogue& epilogue);
  bool claim_operand(unsigned decoder, std::uint32_t rows, std::uint32_t reduction, const Decoded& decoded);
  bool claim_parameters(const product::Epilogue& epilogue);
  bool claim_output(const product::Shape& shape, const Output& output);
  void finish_sums(const product::Epilogue& epilogue);
  void write_output();
  void write_rows(std::span<const std::uint8_t> bytes);
  void show_output() const;

  Parameters parameters_;
  std::array<DecoderBuffers, 2>& decoders_;
  ScratchBuffer& auxiliary_;
  std::uint64_t& macs_ = counters.declare("macs");
  std::uint64_t& macs_gated_ = counters.declare("macs_gated");
  std::uint64_t& mac_slots_ = counters.declare("mac_slots");
  std::uint64_t& output_elements_ = counters.declare("output_elements");
  std::uint64_t& working_saturations_ = counters.declare("working_saturations");
  std::uint64_t& code_saturations_ = counters.declare("code_saturations");

  product::Accumulator accumulator_;
  bool kept_ = false;  ///< the last command kept the accumulator
  std::uint32_t kept_reduction_ = 0;
  OperandCache operands_;
  std::array<product::Operand, 2> unstamped_;  ///< operands of the running command that have no stamp
  // The running command; storage is kept from one to the next.
  struct {
    product::Shape shape;
    Output output;
    std::uint64_t useful;
    product::Statistics statistics;
  } running_{};
  std::vector<std::uint8_t> codes_;
  std::vector<std::int32_t> words_;
  std::vector<std::uint32_t> row_scales_;
  std::vector<std::int16_t> channel_biases_;
};

}  // namespace edgebert
