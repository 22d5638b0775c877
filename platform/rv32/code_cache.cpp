// SPDX-License-Identifier: Apache-2.0
#include "platform/rv32/code_cache.hpp"

#include <algorithm>

namespace edgebert::rv32 {

void CodeCache::set_handlers(const void* undecoded, const void* page_end) {
  undecoded_ = undecoded;
  page_end_ = page_end;
}

CodePage& CodeCache::create(std::uint32_t pc) {
  auto& table = directory_[pc >> 22];
  if (!table) table = std::make_unique<Table>();
  auto& page = (*table)[pc >> 12 & 1023];
  page = std::make_unique<CodePage>();
  page->base = pc & ~(page_bytes - 1);
  page->slots.fill({undecoded_, 0, 0, 0, 0, 0});
  page->slots[CodePage::slot_count].handler = page_end_;
  page->slots[CodePage::slot_count + 1].handler = page_end_;
  return *page;
}

void CodeCache::forget(std::uint32_t address, std::uint32_t length) {
  if (length == 0) return;
  // A long instruction that starts two bytes earlier ends in the range; for address 0 that is at the top of
  // memory.
  const std::uint64_t end = (std::uint64_t{address} + length + 1) & ~1ull;
  if (address < 2) forget(0xfffffffe, 2);
  std::uint64_t position = address < 2 ? 0 : (address & ~1u) - 2;
  while (position < end && position <= 0xffffffff) {
    const std::uint64_t page_start = position & ~std::uint64_t{page_bytes - 1};
    const std::uint64_t stop = std::min(end, page_start + page_bytes);
    const auto& table = directory_[position >> 22];
    if (CodePage* page = table ? (*table)[position >> 12 & 1023].get() : nullptr) {
      for (std::uint64_t at = position; at < stop; at += 2) {
        page->slots[(at - page_start) / 2].handler = undecoded_;
      }
    }
    position = stop;
  }
}

void CodeCache::clear() {
  for (auto& table : directory_) table.reset();
}

}  // namespace edgebert::rv32
