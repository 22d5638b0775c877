// SPDX-License-Identifier: Apache-2.0
#include "platform/debug/packet.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace edgebert::debug {
namespace {

constexpr char escape = '}';
constexpr char escape_mask = 0x20;

int digit_of(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

std::uint8_t sum_of(std::string_view text) {
  std::uint8_t sum = 0;
  for (const char byte : text) sum = static_cast<std::uint8_t>(sum + static_cast<std::uint8_t>(byte));
  return sum;
}

std::string unescaped(std::string_view raw) {
  std::string text;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool escaped = raw[i] == escape && i + 1 < raw.size();
    text += escaped ? static_cast<char>(raw[++i] ^ escape_mask) : raw[i];
  }
  return text;
}

}  // namespace

void PacketReader::feed(std::string_view bytes) {
  for (const char byte : bytes) take(byte);
}

std::optional<Received> PacketReader::next() {
  if (received_.empty()) return {};
  Received first = std::move(received_.front());
  received_.pop_front();
  return first;
}

void PacketReader::take(char byte) {
  // A packet that starts anew replaces one that was never finished.
  if (byte == '$') {
    raw_.clear();
    state_ = State::payload;
    return;
  }
  switch (state_) {
    case State::between:
      if (byte == '\x03') received_.push_back({Received::Kind::interrupt, ""});
      if (byte == '-') received_.push_back({Received::Kind::repeat, ""});
      return;
    case State::payload:
      if (byte == '#') {
        state_ = State::first_digit;
      } else if (raw_.size() <= 2 * longest_packet) {
        raw_ += byte;
      }
      return;
    case State::first_digit:
      digits_[0] = byte;
      state_ = State::second_digit;
      return;
    case State::second_digit:
      digits_[1] = byte;
      state_ = State::between;
      finish();
      return;
  }
}

void PacketReader::finish() {
  const int high = digit_of(digits_[0]);
  const int low = digit_of(digits_[1]);
  std::string payload = unescaped(raw_);
  const bool whole = high >= 0 && low >= 0 && sum_of(raw_) == high * 16 + low;
  if (whole && payload.size() <= longest_packet) {
    received_.push_back({Received::Kind::packet, std::move(payload)});
  } else {
    received_.push_back({Received::Kind::damaged, ""});
  }
}

std::string packet_of(std::string_view payload) {
  std::string raw;
  for (const char byte : payload) {
    const bool special = byte == '$' || byte == '#' || byte == escape || byte == '*';
    if (special) raw += escape;
    raw += special ? static_cast<char>(byte ^ escape_mask) : byte;
  }
  return fmt::format("${}#{:02x}", raw, sum_of(raw));
}

std::string hex_of(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

std::string hex_of(std::string_view bytes) {
  return hex_of({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string hex_word(std::uint32_t value) {
  const std::uint8_t bytes[] = {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
                                static_cast<std::uint8_t>(value >> 16),
                                static_cast<std::uint8_t>(value >> 24)};
  return hex_of(bytes);
}

std::optional<std::vector<std::uint8_t>> bytes_of(std::string_view hex) {
  if (hex.size() % 2 != 0) return {};
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit_of(hex[i]);
    const int low = digit_of(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return bytes;
}

std::optional<std::uint32_t> word_of(std::string_view hex) {
  const auto bytes = bytes_of(hex);
  if (!bytes || bytes->size() != 4) return {};
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) value |= std::uint32_t{(*bytes)[i]} << 8 * i;
  return value;
}

std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint32_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (code != std::errc()) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool take_character(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace edgebert::debug
