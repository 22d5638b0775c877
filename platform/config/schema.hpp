// SPDX-License-Identifier: Apache-2.0
// Every key of a configuration in one table. Reading, checking, `edgebert-sim config` and
// docs/configuration.md all come from it; defaults stand in soc_config.hpp.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "platform/config/quantity.hpp"
#include "platform/config/soc_config.hpp"

namespace edgebert::config {

/// The version of the schema this program reads; a file states it as `version: 1`.
inline constexpr int schema_version = 1;

/// Where a key's value lives in a SocConfig.
using Slot = std::variant<std::string*, std::uint32_t*, std::uint64_t*, double*, TimingPreset*, SequencePad*,
                          NumericsPreset*, EmbeddingStore*, MemoryKind*, mailbox::ExitPolicy*, reram::CellKind*,
                          reram::LevelCoding*, reram::Ecc*, FaultyMemory*, FaultModel*>;

/// Whether a value can change what a run reports.
enum class Influence {
  results,  ///< part of the config hash
  none,     ///< names, paths (their contents have hashes of their own), host limits
};

/// One key.
struct Key {
  std::string path;  ///< "memory.envm.size"
  Unit unit;
  double minimum;                    ///< of a number, in the base unit
  double maximum;                    ///< of a number
  std::uint32_t multiple_of;         ///< of a number; 0: it need not be whole
  std::vector<std::string> choices;  ///< the allowed values, if they are few; enumerators in their order
  Influence influence;
  Slot (*slot)(SocConfig&);
  std::string description;
  std::string source;           ///< of the default
  bool follows_preset = false;  ///< the default depends on timing.preset and pu.vmac_lanes
};

/// All keys in the order a person reads them. `version` is not one of them.
std::span<const Key> schema();

/// A key's value in a configuration, as a person writes it: "128 KiB".
std::string text_of(const Key& key, const SocConfig& config);

/// A key's value in a configuration in the base unit, without one: "131072".
std::string canonical_of(const Key& key, const SocConfig& config);

/// Checks a value's form, range or choice and stores it.
/// @throws std::invalid_argument saying what is wrong, without naming the key or where it stands
void assign(const Key& key, const std::string& text, SocConfig& config);

/// What a key accepts, for messages and documentation: "4 KiB to 16 MiB, a multiple of 1 KiB".
std::string accepted_by(const Key& key);

/// The reference page of all keys, Markdown.
std::string schema_markdown();

}  // namespace edgebert::config
