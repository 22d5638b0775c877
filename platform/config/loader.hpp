// SPDX-License-Identifier: Apache-2.0
// A configuration from YAML and overrides: strict, with the place of everything that is wrong.
//
// Refused with FILE:LINE:COLUMN, the key's path and, for an unknown key, the nearest valid one: unknown keys,
// duplicate keys, values of another kind, out of range or of an unknown unit, sections that are values and
// values that are sections, merge keys, several documents, another `version`, text that is not UTF-8.
//
// The config hash is the SHA-256 of the values in canonical form, one "key=value" a line in the schema's
// order, of the keys that can influence results, and the points of the V/f table. Not part of it: names, the
// paths of model and firmware (their contents have hashes of their own), core.quantum, the wall-time limit.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "platform/config/schema.hpp"

namespace edgebert::config {

/// One resolved value and who decided it.
struct Resolved {
  const Key* key;
  std::string text;    ///< as a person writes it
  std::string origin;  ///< "default", "timing.preset", "FILE:LINE" or "--set"
};

struct Loaded {
  SocConfig soc;
  std::filesystem::path file;
  std::vector<Resolved> values;  ///< every key, in the schema's order
  std::string hash;              ///< lower-case hexadecimal
};

/// Reads a file and applies overrides "key.path=value", each of which may be given once.
/// @throws Error(Failure::config), one line
Loaded load(const std::filesystem::path& file, std::span<const std::string> overrides = {});

/// The same from text; `file` is its name in messages.
Loaded load_text(const std::string& yaml, const std::filesystem::path& file,
                 std::span<const std::string> overrides = {});

/// The config hash of a configuration.
std::string hash_of(const SocConfig& config);

}  // namespace edgebert::config
