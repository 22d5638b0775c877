// SPDX-License-Identifier: Apache-2.0
// Any bytes as config.json, for model's reader and for golden's, which has the tensors of a small checkpoint.
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "contract/model_descriptor.hpp"
#include "golden/fp32.hpp"
#include "model/checkpoint.hpp"
#include "tests/fuzz/allocation_limit.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;

namespace {

/// What is accepted keeps what the rest of the program relies on.
void check(const model::Geometry& g) {
  const bool good = g.heads * g.head_size == g.hidden && g.layers >= 1 && g.layers <= layers_max &&
                    g.labels.size() == g.classes && g.sequence >= 1 && g.sequence <= g.positions &&
                    std::isfinite(g.layernorm_epsilon);
  if (!good) std::abort();
}

template <typename Work>
void expect_one_line(Work work) {
  try {
    work();
  } catch (const Error& error) {
    if (std::strchr(error.what(), '\n') != nullptr) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Safetensors tensors =
      Safetensors::parse(to_safetensors(test::TinyCheckpoint().tensors, {}), "tiny");
  const test::AllocationLimit limit(size);
  expect_one_line([&] { check(model::parse_geometry({data, size}, "input")); });
  expect_one_line([&] {
    const golden::Fp32Model model(golden::Fp32Checkpoint(tensors, std::string(data, data + size)));
    const std::uint16_t ids[] = {2, 5, 3};
    model.run(ids, 3);
  });
  return 0;
}
