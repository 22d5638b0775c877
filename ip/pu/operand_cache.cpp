// SPDX-License-Identifier: Apache-2.0
#include "ip/pu/operand_cache.hpp"

namespace edgebert {
namespace {

constexpr unsigned entries_between_budgets = 64;

std::size_t mixed(std::size_t hash, std::size_t value) {
  constexpr std::size_t fnv_prime = 0x100000001b3;
  return (hash ^ value) * fnv_prime;
}

}  // namespace

std::size_t OperandCache::Hash::operator()(const Key& key) const {
  std::size_t hash = mixed(0xcbf29ce484222325, reinterpret_cast<std::uintptr_t>(key.memory));
  for (const std::uint32_t word : key.command) hash = mixed(hash, word);
  hash = mixed(hash, static_cast<std::size_t>(key.view.role) << 1 | key.view.packed);
  for (const std::uint32_t word : {key.view.offset, key.view.rows, key.view.reduction, key.view.stride})
    hash = mixed(hash, word);
  return hash ^ hash >> 32;
}

OperandCache::Entry& OperandCache::find(const Stamp& stamp, const View& view) {
  const auto [place, is_new] = entries_.try_emplace(Key{stamp.memory, stamp.command, view}, &storage_);
  new_entries_ += is_new;
  Entry& entry = place->second;
  entry.valid = entry.valid && entry.generation == stamp.generation;
  entry.generation = stamp.generation;
  return entry;
}

/// Beginning again is rare and cheap: a run has few views, unless its sentences differ in length.
void OperandCache::keep_within_budget() {
  if (new_entries_ < entries_between_budgets) return;
  new_entries_ = 0;
  std::size_t held = 0;
  for (const auto& [key, entry] : entries_) held += entry.operand.bytes();
  if (held <= budget_) return;
  entries_.clear();
  storage_.release();
}

}  // namespace edgebert
