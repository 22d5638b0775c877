// SPDX-License-Identifier: Apache-2.0
// All twelve layers of ALBERT-base on every lane count and buffer size. Minutes: part of scripts/acceptance.
#include <fmt/format.h>

#include "tests/soc/full_size.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

namespace {

void check_everywhere(double encoder_sparsity, SpanForm form) {
  RandomSubject subject(albert_base(12, encoder_sparsity, form));
  const std::vector<Tokens> sentences = {subject.sentence(), subject.sentence(50)};
  for (const BufferSize size : {BufferSize::half, BufferSize::paper, BufferSize::twice}) {
    for (const std::uint32_t lanes : {4u, 8u, 16u, 32u, 64u}) {
      const std::string outcome = subject.run(soc(lanes, size), sentences);
      INFO("n = " << lanes << ", buffers " << static_cast<int>(size) << ": " << outcome);
      CHECK(number(outcome, "exit") == 12);
      CHECK(number(outcome, "mismatches") == 0);
    }
  }
}

}  // namespace

TEST_CASE("full size: twelve layers, dense, without spans", "[.][full]") {
  check_everywhere(0, SpanForm::none);
}
TEST_CASE("full size: twelve layers, dense, keys in span", "[.][full]") {
  check_everywhere(0, SpanForm::in_span);
}
TEST_CASE("full size: twelve layers, half the weights zero, without spans", "[.][full]") {
  check_everywhere(0.5, SpanForm::none);
}
TEST_CASE("full size: twelve layers, half the weights zero, spans over all keys", "[.][full]") {
  check_everywhere(0.5, SpanForm::all_keys);
}
TEST_CASE("full size: twelve layers, half the weights zero, keys in span", "[.][full]") {
  check_everywhere(0.5, SpanForm::in_span);
}
