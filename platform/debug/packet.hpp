// SPDX-License-Identifier: Apache-2.0
// Packets of the GDB remote serial protocol: $payload#checksum, '+' and '-' between them, 0x03 for Ctrl-C.
// Source: Debugging with GDB, appendix "GDB Remote Serial Protocol", section Overview.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edgebert::debug {

/// Payload bytes of the largest packet taken; gdb is told.
inline constexpr std::size_t longest_packet = 0x4000;

/// What the debugger sent.
struct Received {
  enum class Kind : std::uint8_t {
    packet,
    damaged,    ///< the checksum is wrong, or the packet is too long
    repeat,     ///< '-': the last reply did not arrive
    interrupt,  ///< Ctrl-C
  };
  Kind kind;
  std::string payload;  ///< of a packet, unescaped
};

/// Cuts a stream of bytes, in pieces as they come, into what it means. Bytes between packets that mean
/// nothing are skipped.
class PacketReader {
 public:
  void feed(std::string_view bytes);
  std::optional<Received> next();

 private:
  enum class State : std::uint8_t { between, payload, first_digit, second_digit };

  void take(char byte);
  void finish();

  State state_ = State::between;
  std::string raw_;
  char digits_[2] = {};
  std::deque<Received> received_;
};

/// A reply as it goes over the wire.
std::string packet_of(std::string_view payload);

/// Bytes as pairs of lower-case hexadecimal digits.
std::string hex_of(std::string_view bytes);
std::string hex_of(std::span<const std::uint8_t> bytes);
/// A register's value: four bytes, the lowest first.
std::string hex_word(std::uint32_t value);

/// The reverse; nothing unless the text is pairs of digits and nothing else.
std::optional<std::vector<std::uint8_t>> bytes_of(std::string_view hex);
/// hex_word's reverse.
std::optional<std::uint32_t> word_of(std::string_view hex);

/// Takes a hexadecimal number of at most 32 bits off the front of a text; nothing if there is none.
std::optional<std::uint32_t> take_number(std::string_view& text);
/// Takes one character off the front. @return false if it is not the next one
bool take_character(std::string_view& text, char expected);

}  // namespace edgebert::debug
