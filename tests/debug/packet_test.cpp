// SPDX-License-Identifier: Apache-2.0
#include "platform/debug/packet.hpp"

#include "tests/test.hpp"

using namespace edgebert::debug;

namespace {

std::vector<std::pair<Received::Kind, std::string>> read(const std::vector<std::string>& pieces) {
  PacketReader reader;
  std::vector<std::pair<Received::Kind, std::string>> all;
  for (const std::string& piece : pieces) {
    reader.feed(piece);
    while (auto received = reader.next()) all.emplace_back(received->kind, received->payload);
  }
  return all;
}

using Kind = Received::Kind;
using Events = std::vector<std::pair<Kind, std::string>>;

}  // namespace

TEST_CASE("packet: whole, in pieces, several at once, with what lies between") {
  const Events one = {{Kind::packet, "g"}};
  CHECK(read({"$g#67"}) == one);
  CHECK(read({"$", "g", "#", "6", "7"}) == one);
  CHECK(read({"+++noise$g#67+"}) == one);
  CHECK(read({"$g#67$c#63"}) == Events{{Kind::packet, "g"}, {Kind::packet, "c"}});
  CHECK(read({"$#00"}) == Events{{Kind::packet, ""}});
  CHECK(read({"\x03-"}) == Events{{Kind::interrupt, ""}, {Kind::repeat, ""}});
}

TEST_CASE("packet: a wrong checksum, no digits, too long, begun anew") {
  const Events damaged = {{Kind::damaged, ""}};
  CHECK(read({"$g#68"}) == damaged);
  CHECK(read({"$g#zz"}) == damaged);
  CHECK(read({"$" + std::string(1'000'000, 'a') + "#00"}) == damaged);
  CHECK(read({"$unfinished$g#67"}) == Events{{Kind::packet, "g"}});
}

TEST_CASE("packet: escapes both ways") {
  const std::string special = "a$b#c}d*e";
  const std::string wire = packet_of(special);
  CHECK(wire.substr(0, 3) == "$a}");
  CHECK(read({wire}) == Events{{Kind::packet, special}});
  CHECK(packet_of("OK") == "$OK#9a");
}

TEST_CASE("packet: numbers and bytes") {
  CHECK(hex_word(0x12345678) == "78563412");
  CHECK(word_of("78563412") == 0x12345678u);
  CHECK_FALSE(word_of("7856341"));
  CHECK_FALSE(word_of("7856341g"));
  CHECK_FALSE(bytes_of("abc"));
  CHECK(bytes_of("")->empty());
  std::string_view text = "ffffffff,4";
  CHECK(take_number(text) == 0xffffffffu);
  CHECK(take_character(text, ','));
  CHECK(text == "4");
  for (std::string_view bad : {"100000000", "", "-1", "x"}) CHECK_FALSE(take_number(bad));
}
