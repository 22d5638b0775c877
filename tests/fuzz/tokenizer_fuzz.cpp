// SPDX-License-Identifier: Apache-2.0
// Any bytes as a SentencePiece model: refused, or it makes token ids of its own vocabulary from any text.
#include <cstdlib>
#include <cstring>

#include "model/tokenizer.hpp"
#include "tests/fuzz/allocation_limit.hpp"

using namespace edgebert;

namespace {

constexpr const char* texts[] = {"a bc, 9,000, don't!",
                                 "\xef\xac\x81lms \xe2\x96\x81 \xc3\x89t\xc3\xa9 \xf0\x9f\x98\x80",
                                 "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc"};

void encode_all(const model::Tokenizer& tokenizer) {
  for (const char* text : texts) {
    try {
      const model::Encoding encoding = tokenizer.encode(text, 32);
      for (const std::uint16_t id : encoding.ids) {
        if (id >= tokenizer.vocabulary()) std::abort();
      }
    } catch (const Error& error) {
      if (std::strchr(error.what(), '\n') != nullptr) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const test::AllocationLimit limit(size);
  try {
    encode_all(model::Tokenizer({data, size}, model::TextCleaning::albert));
  } catch (const Error& error) {
    if (std::strchr(error.what(), '\n') != nullptr) std::abort();
  }
  return 0;
}
