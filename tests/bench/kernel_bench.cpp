// SPDX-License-Identifier: Apache-2.0
// Speed of the SystemC-free kernels on every instruction set of this machine: GMAC/s of products, ns an
// element of the rest. Thread CPU time, medians; not a test.
#include <algorithm>
#include <ctime>
#include <functional>

#include <fmt/format.h>

#include "ip/numerics/array_codec.hpp"
#include "ip/numerics/functions.hpp"
#include "ip/pu/bit_mask.hpp"
#include "ip/pu/product_kernel.hpp"
#include "ip/sfu/layernorm_kernel.hpp"
#include "ip/sfu/softmax_kernel.hpp"
#include "tests/unit/ip/random_codes.hpp"
#include "tests/unit/ip/targets.hpp"

using namespace edgebert;

namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Seconds of one call.
double median_time(const std::function<void()>& work) {
  constexpr double enough = 2e-3;  // of which reading the clock is nothing
  const auto time_of = [&](int calls) {
    const double start = cpu_seconds();
    for (int call = 0; call < calls; ++call) work();
    return cpu_seconds() - start;
  };
  int calls = 1;
  while (time_of(calls) < enough) calls *= 2;
  std::vector<double> times;
  for (int round = 0; round < 15; ++round) times.push_back(time_of(calls) / calls);
  std::nth_element(times.begin(), times.begin() + 7, times.end());
  return times[7];
}

/// Random codes need 32-bit sums at these reductions, the largest codes 64-bit sums.
void product_speed(std::uint32_t rows, std::uint32_t columns, std::uint32_t reduction, bool largest = false) {
  test::Random random(1);
  const auto make = [&](std::size_t count) {
    return largest ? std::vector<std::uint8_t>(count, 0x7f) : test::random_codes(random, count);
  };
  product::Operand a;
  product::Operand b;
  a.decode(product::Role::rows, make(std::size_t{rows} * reduction), rows, reduction, reduction);
  b.decode(product::Role::columns, make(std::size_t{columns} * reduction), columns, reduction, reduction);
  product::Accumulator accumulator;
  const double seconds = median_time([&] {
    accumulator.clear(rows, columns);
    accumulator.add(a, b);
  });
  fmt::print("  product {:4} x {:4} x {:4}  {}  {:6.1f} GMAC/s\n", rows, columns, reduction,
             accumulator.wide() ? "64 bit" : "32 bit", 1e-9 * rows * columns * reduction / seconds);
}

void element_speed(const char* name, std::size_t elements, const std::function<void()>& work) {
  fmt::print("  {:32} {:6.3f} ns an element\n", name,
             1e9 * median_time(work) / static_cast<double>(elements));
}

void operand_speeds() {
  constexpr std::uint32_t rows = 80;
  constexpr std::uint32_t reduction = 768;
  test::Random random(2);
  const auto codes = test::random_codes(random, rows * reduction);
  product::Operand operand;
  element_speed("decode, rows", codes.size(),
                [&] { operand.decode(product::Role::rows, codes, rows, reduction, reduction); });
  element_speed("decode, columns", codes.size(),
                [&] { operand.decode(product::Role::columns, codes, rows, reduction, reduction); });
  const auto packed = bit_mask::pack(test::random_codes(random, rows * reduction, 128), rows, reduction);
  const std::span masks(reinterpret_cast<const std::uint8_t*>(packed.masks.data()), 8 * packed.masks.size());
  element_speed("unpack half zeros, columns", codes.size(),
                [&] { operand.unpack(product::Role::columns, masks, packed.data, rows, reduction); });
}

void epilogue_speeds() {
  constexpr std::uint32_t rows = 128;
  constexpr std::uint32_t columns = 80;
  test::Random random(3);
  product::Operand a;
  product::Operand b;
  a.decode(product::Role::rows, test::random_codes(random, rows * 64), rows, 64, 64);
  b.decode(product::Role::columns, test::random_codes(random, columns * 64), columns, 64, 64);
  product::Accumulator accumulator;
  accumulator.clear(rows, columns);
  accumulator.add(a, b);
  std::vector<std::uint8_t> codes(rows * columns);
  std::vector<std::int32_t> words(rows * columns);
  const std::vector<std::int16_t> biases(columns, 1000);
  product::Statistics statistics;
  product::Epilogue epilogue{};
  epilogue.shift = 15;  // most results lie within 4.0
  epilogue.column_biases = biases;
  element_speed("codes", codes.size(), [&] { finish_codes(accumulator, epilogue, 4, codes, statistics); });
  epilogue.activation = Activation::gelu_new;
  element_speed("codes, gelu_new", codes.size(),
                [&] { finish_codes(accumulator, epilogue, 4, codes, statistics); });
  epilogue.activation = Activation::none;
  epilogue.scale = scale_one / 8;
  element_speed("codes, scaled", codes.size(),
                [&] { finish_codes(accumulator, epilogue, 4, codes, statistics); });
  element_speed("wide, scaled", codes.size(), [&] { finish_wide(accumulator, epilogue, words, statistics); });
}

void row_speeds() {
  constexpr std::size_t features = 768;
  constexpr std::uint32_t keys = 128;
  test::Random random(4);
  const auto x = test::random_working(random, features, 8000);
  const auto gamma = test::random_codes(random, features);
  const auto beta = test::random_codes(random, features);
  std::vector<std::uint8_t> codes(features);
  layernorm::RowStatistics layernorm_statistics;
  element_speed("layernorm", features, [&] {
    layernorm::normalise_row(x, {gamma, 4, beta, 2, 168, 4}, codes, layernorm_statistics);
  });
  const auto scores = test::random_working(random, keys, 8000);
  std::vector<std::uint8_t> mask(128, 0x70);
  std::fill(mask.begin() + 40, mask.end(), std::uint8_t{0x55});
  softmax::RowStatistics softmax_statistics;
  for (const SpanForm form : {SpanForm::none, SpanForm::all_keys, SpanForm::in_span}) {
    const softmax::Span span{form, SpanIndex::distance, mask};
    element_speed(
        form == SpanForm::none       ? "softmax"
        : form == SpanForm::all_keys ? "softmax, all keys"
                                     : "softmax, in span",
        keys, [&] {
          softmax::softmax_row(scores, span, {50, 0, keys}, std::span(codes).first(keys), softmax_statistics);
        });
  }
  std::vector<std::int32_t> words(features);
  element_speed("encode", features, [&] { numerics::encode_working(x, 4, codes); });
  element_speed("decode", features, [&] { numerics::decode_working(gamma, 4, words); });
}

}  // namespace

int main() {
  for (const std::int64_t target : test::targets()) {
    const test::OnTarget on(target);
    fmt::print("{}\n", test::target_name(target));
    product_speed(128, 768, 768);
    product_speed(128, 768, 768, true);
    product_speed(128, 16, 768);
    product_speed(128, 32, 768);
    product_speed(128, 48, 768);
    product_speed(128, 80, 768);
    product_speed(32, 80, 3072);
    product_speed(128, 128, 64);
    product_speed(128, 64, 128);
    product_speed(16, 16, 768);
    operand_speeds();
    epilogue_speeds();
    row_speeds();
  }
}
