// SPDX-License-Identifier: Apache-2.0
// Whole files in and out, and their hashes.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "contract/error.hpp"

namespace edgebert {

/// SHA-256 of some bytes, lower-case hexadecimal.
std::string sha256_of(std::span<const std::uint8_t> bytes);

/// All bytes of a regular file.
/// @param purpose  what the file is, for the message: "model image"
/// @throws Error(failure) if it cannot be read
std::vector<std::uint8_t> read_file(const std::filesystem::path& path, const char* purpose,
                                    Failure failure = Failure::input);

enum class Durability {
  cached,   ///< the operating system writes it out when it likes
  flushed,  ///< on the disk before it has its name: no power cut leaves an empty file
};

/// Writes a file so that a reader never sees half of it: a temporary beside it, then a rename. What is there
/// and not a regular file (a device, a pipe) is written in place.
/// @throws Error(Failure::input) if it cannot be written
void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes,
                Durability durability = Durability::cached);

}  // namespace edgebert
