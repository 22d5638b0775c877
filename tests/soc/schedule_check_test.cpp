// SPDX-License-Identifier: Apache-2.0
// What the host refuses before it builds a platform is what firmware would have refused when it boots, with
// the same numbers.
#include "sim/schedule_check.hpp"

#include <fmt/format.h>

#include "contract/error.hpp"
#include "tests/soc/fixture.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::test;

namespace {

/// The refusal; empty if there is none.
std::string refusal(const SocConfig& config) {
  try {
    sim::check_schedule(shipped_image().descriptor(), config);
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::capacity);
    return error.what();
  }
  return "";
}

/// The host's refusal, if firmware's own has the same numbers.
std::string agreed_refusal(const SocConfig& config, std::uint32_t needed, std::uint32_t available) {
  const std::string firmware = in_child([&] { return run_sentences(config, {}); });
  INFO(firmware);
  CHECK(firmware.find(fmt::format("{} bytes needed, {} free", needed, available)) != std::string::npos);
  return refusal(config);
}

}  // namespace

TEST_CASE("schedule check: the shipped model can be scheduled for every n and buffer size in use") {
  for (const std::uint32_t lanes : {2u, 4u, 8u, 16u, 32u, 64u}) {
    for (const std::uint32_t kilobytes : {32u, 64u, 128u, 256u}) {
      SocConfig config;
      config.pu.vmac_lanes = lanes;
      config.buffers.data = kilobytes * 1024;
      config.buffers.mask = kilobytes * 128;
      CHECK(refusal(config).empty());
    }
  }
}

TEST_CASE("schedule check: each memory that is too small, by name, numbers and key") {
  SocConfig data;
  // 64 tokens, head size 16: a query row with its 64 wide scores and its weights.
  data.buffers.data = 1023;
  CHECK(agreed_refusal(data, 1024, 1023) ==
        "cannot schedule the model: the smallest tiles of scores need 1024 bytes of a data buffer, which has "
        "1023; raise buffers.data");
  SocConfig mask;
  mask.buffers.mask = 16;
  CHECK(agreed_refusal(mask, 64, 16).find("64 bytes of a mask buffer, which has 16; raise buffers.mask") !=
        std::string::npos);
  SocConfig auxiliary;
  auxiliary.buffers.auxiliary = 300;
  CHECK(agreed_refusal(auxiliary, 2 * 192, 300) ==
        "cannot schedule the model: the smallest tiles of attention_norm need 384 bytes of the auxiliary "
        "buffer, which has 300; raise buffers.auxiliary");
}

TEST_CASE("schedule check: the system SRAM counts firmware's own share") {
  // 64 KiB of firmware; identifiers 128, the V/f table 512, pooled 192, logits 8; four tensors of 64 x 192;
  // and, for the least feed-forward tile, 16 x 768 bytes, as many as a value of 192 x 64 takes.
  const std::uint32_t needed = 64 * 1024 + 128 + 512 + 192 + 8 + 4 * 64 * 192 + 192 * 64;
  SocConfig config;
  config.memory.system_sram.size = needed;
  CHECK(refusal(config).empty());
  config.memory.system_sram.size = needed - 8;
  CHECK(agreed_refusal(config, needed, needed - 8) ==
        fmt::format("cannot schedule the model: firmware and the tensors between operators need {} bytes of "
                    "the system SRAM, which has {}; raise memory.system_sram.size",
                    needed, needed - 8));
}
