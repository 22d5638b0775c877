// SPDX-License-Identifier: Apache-2.0
#include "platform/debug/register_decoder.hpp"

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "contract/memory_map.hpp"
#include "contract/unit_regs.hpp"
#include "ip/dma/dma_regs.hpp"
#include "platform/mailbox_regs.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::debug;

TEST_CASE("decoder: blocks by address and name") {
  CHECK(block_at(memory_map::dma + 0x20) == block_named("dma"));
  CHECK(block_at(memory_map::mailbox.base + 0x2000) == block_named("mailbox"));
  CHECK(block_at(memory_map::system_sram.base) == nullptr);
  CHECK(block_named("dmb") == nullptr);
}

TEST_CASE("decoder: names, fields of a unit's own registers and of the common ones") {
  const RegisterBlock& dma_block = *block_named("dma");
  CHECK(register_name(dma_block, dma::mode.offset) == "MODE");
  CHECK(register_name(dma_block, unit::status.offset) == "STATUS");
  CHECK(register_name(*block_named("mailbox"), mailbox_device::job_offset) == "+0x1000");
  CHECK(decoded(dma_block, dma::mode.offset, 0x11) == "0x00000011 (operation 1, buffer 1)");
  CHECK(decoded(dma_block, unit::tag.offset, 0x00020501) == "0x00020501 (layer 1, operator 5, head 2)");
  CHECK(decoded(dma_block, dma::rows.offset, 7) == "0x00000007");
}

TEST_CASE("decoder: no field stands outside its register or shares bits with another") {
  for (const RegisterBlock& block : register_blocks()) {
    for (const NamedField& field : block.fields) {
      INFO(block.name << ' ' << field.name);
      CHECK(register_name(block, field.offset).front() != '+');
      CHECK(field.field.shift + field.field.width <= 32);
      for (const NamedField& other : block.fields) {
        if (&other == &field || other.offset != field.offset) continue;
        CHECK((field.field.put(~0u) & other.field.put(~0u)) == 0);
      }
    }
  }
}

TEST_CASE("decoder: every field that is declared has a name") {
  namespace fs = std::filesystem;
  std::size_t declared = 0;
  for (const char* room : {"contract", "ip", "platform"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(EDGEBERT_SOURCE_DIR) / room)) {
      const std::string name = entry.path().filename().string();
      // Fields that several units share are named by each of them.
      if (!name.ends_with("_regs.hpp") || name == "operand_regs.hpp") continue;
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      const std::string source = text.str();
      const std::regex declaration("constexpr Field (\\w+)");
      for (std::sregex_iterator at(source.begin(), source.end(), declaration), end; at != end; ++at) {
        ++declared;
        INFO(name << ": " << (*at)[1]);
        CHECK(std::regex_search(source, std::regex(", \"\\w+\",\\s*" + (*at)[1].str() + "\\}")));
      }
    }
  }
  CHECK(declared > 20);
}
