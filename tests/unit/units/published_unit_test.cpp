// SPDX-License-Identifier: Apache-2.0
// A matrix unit with the published model's arithmetic: its registers, and what it refuses.
#include "ip/pu/processing_unit_regs.hpp"
#include "ip/pu/published_product_kernel.hpp"
#include "tests/test.hpp"
#include "tests/unit/units/test_bench.hpp"

using namespace edgebert;
using test::bench;
namespace regs = processing_unit;

namespace {

constexpr std::uint32_t base = test::published_unit_base;

/// One element: 1.5 * -1.25 at the smallest exponents, so product 24 * -20 = -480.
void load_example() {
  auto& b = bench();
  b.reset(base, regs::map);
  b.accelerator.decoders[0].data.write(0, std::vector<std::uint8_t>{0x08});
  b.accelerator.decoders[1].data.write(0, std::vector<std::uint8_t>{0x84});
  for (const Register& reg : {regs::rows, regs::columns, regs::reduction, regs::operand0_stride,
                              regs::operand1_stride, regs::output_stride}) {
    b.set(base, reg, 1);
  }
  b.set(base, regs::output_format, regs::output_buffer.put(1) | regs::output_bias.put(4));
  b.set(base, regs::output_base, 64);
}

std::uint8_t result() {
  return bench().accelerator.decoders[1].data.read(64, 1)[0];
}

}  // namespace

TEST_CASE("published unit: shift, bias and ReLU come from its registers") {
  auto& b = bench();
  load_example();
  SECTION("nothing: -480 / 4096") {
    b.run(base);
    CHECK(result() == product::published_code(-480, 4));
  }
  SECTION("shift rounds down, the bias is signed") {
    b.set(base, regs::published_epilogue,
          regs::published_shift.put(7) | regs::published_adds_bias.put(1) |
              regs::published_bias.put(static_cast<std::uint32_t>(-100)));
    b.run(base);
    CHECK(result() == product::published_code(-104, 4));
  }
  SECTION("a bias that is switched off is not added; ReLU") {
    b.set(base, regs::published_epilogue, regs::published_bias.put(100));
    b.set(base, regs::mode, regs::mode_activation.put(static_cast<std::uint32_t>(Activation::relu)));
    b.run(base);
    CHECK(result() == 0);
  }
  CHECK(b.error(base) == 0);
}

TEST_CASE("published unit: what that unit does not know is refused, KEEP first of all") {
  auto& b = bench();
  load_example();
  const auto refused = [&](const Register& reg, std::uint32_t value) {
    const std::uint32_t before = b.get(base, reg);
    b.set(base, reg, value);
    CHECK(b.run(base) == 1);
    CHECK(b.error(base) == static_cast<std::uint32_t>(regs::Error::not_in_published_arithmetic));
    b.set(base, reg, before);
  };
  refused(regs::mode, regs::mode_keep.put(1));
  refused(regs::mode, regs::mode_accumulate.put(1));
  refused(regs::mode, regs::mode_row_scale.put(1));
  refused(regs::mode, regs::mode_bias_axis.put(1));
  refused(regs::mode, regs::mode_activation.put(static_cast<std::uint32_t>(Activation::gelu)));
  refused(regs::scale, scale_one / 2);
  refused(regs::output_format, regs::output_kind.put(1) | regs::output_buffer.put(1));
  refused(regs::output_format, regs::output_kind.put(2) | regs::output_buffer.put(1));
  b.run(base);
  CHECK(b.error(base) == 0);
}
