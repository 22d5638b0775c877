// SPDX-License-Identifier: Apache-2.0
// The format: https://github.com/huggingface/safetensors, README, "Format".
#include "contract/safetensors.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// A container of this header text and this many data bytes.
Bytes container(const std::string& header, std::size_t data_bytes, std::uint64_t claimed) {
  Bytes bytes(8 + header.size() + data_bytes);
  std::memcpy(bytes.data(), &claimed, 8);
  std::copy(header.begin(), header.end(), bytes.begin() + 8);
  return bytes;
}

Bytes container(const std::string& header, std::size_t data_bytes) {
  return container(header, data_bytes, header.size());
}

std::string error_of(const Bytes& bytes) {
  return test::error_of([&] { Safetensors::parse(bytes, "f"); });
}

/// The error of this header contains this text.
void refused(const std::string& header, std::size_t data_bytes, const std::string& text) {
  const std::string error = error_of(container(header, data_bytes));
  INFO(header << " -> " << error);
  CHECK(error.starts_with("f: not a usable safetensors file: "));
  CHECK(error.find(text) != std::string::npos);
}

std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                   const std::string& range) {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{}]}})", name, dtype, shape, range);
}

std::string object(const std::string& first, const std::string& second = "") {
  return fmt::format("{{{}{}{}}}", first, second.empty() ? "" : ",", second);
}

Bytes two_tensors() {
  return to_safetensors(
      {{"a", {DType::u8, {3}, {1, 2, 3}}}, {"b", {DType::u64, {1}, {1, 2, 3, 4, 5, 6, 7, 8}}}},
      {{"key", "value"}});
}

}  // namespace

TEST_CASE("safetensors: what is written is read, the larger type first, aligned") {
  const Bytes bytes = two_tensors();
  const auto file = Safetensors::parse(bytes, "f");
  CHECK(file.at("a").bytes[2] == 3);
  CHECK(file.at("b").bytes[7] == 8);
  CHECK(file.at("b").shape == std::vector<std::uint64_t>{1});
  CHECK(file.at("a").elements() == 3);
  CHECK(file.metadata().at("key") == "value");
  CHECK(file.sha256() == sha256_of(bytes));
  CHECK(bytes.size() % 8 == 3);  // 8 bytes of b, then 3 of a
  CHECK(bytes == two_tensors());
  CHECK(test::error_of([&] { file.at("c"); }) == "f: tensor \"c\" is missing");
}

TEST_CASE("safetensors: views stay valid when the container moves") {
  auto file = Safetensors::parse(two_tensors(), "f");
  const auto moved = std::move(file);
  CHECK(moved.at("a").bytes[0] == 1);
}

TEST_CASE("safetensors: scalars, empty tensors and a header without tensors are valid") {
  const auto scalar = Safetensors::parse(container(object(tensor("s", "F32", "", "0,4")), 4), "f");
  CHECK(scalar.at("s").elements() == 1);
  const auto empty = Safetensors::parse(container(object(tensor("e", "F32", "0,7", "0,0")) + "  ", 0), "f");
  CHECK(empty.at("e").elements() == 0);
  CHECK(Safetensors::parse(container("{}", 0), "f").tensors().empty());
}

TEST_CASE("safetensors: truncated at any byte, or one byte longer, it is refused") {
  const Bytes bytes = two_tensors();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (error_of(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))).empty()) {
      FAIL("accepted with " << size << " bytes");
    }
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(error_of(longer).find("1 bytes after the last tensor belong to none") != std::string::npos);
}

TEST_CASE("safetensors: header lengths beyond the file are refused before anything is allocated") {
  for (const std::uint64_t claimed : {std::uint64_t{10} << 30, ~std::uint64_t{0}, std::uint64_t{3}}) {
    const std::string error = error_of(container("{}", 0, claimed));
    CHECK(error.find("the header claims " + std::to_string(claimed) + " bytes") != std::string::npos);
  }
  CHECK(error_of(container("{}", 0, 0)).find("not valid JSON") != std::string::npos);
  CHECK(error_of(container("{}", 0, 1)).find("not valid JSON") != std::string::npos);
}

TEST_CASE("safetensors: shapes and ranges that do not fit are refused by name") {
  refused(object(tensor("t", "F32", "2,3", "0,20")), 20,
          "tensor \"t\" has a shape of 24 bytes and a range of 20");
  refused(object(tensor("t", "F32", "4294967296,4294967296", "0,0")), 0,
          "\"t\" has a shape whose size overflows");
  refused(object(tensor("t", "F64", "2305843009213693952", "0,0")), 0,
          "\"t\" has a shape whose size overflows");
  refused(object(tensor("t", "U8", "4", "0,4")), 3, "\"t\" claims bytes 0 to 4 of a data section of 3");
  refused(object(tensor("t", "U8", "4", "4,0")), 4, "\"t\" claims bytes 4 to 0");
  refused(object(tensor("t", "U8", "4", "18446744073709551612,18446744073709551615")), 4,
          "\"t\" claims bytes");
  refused(object(tensor("t", "U8", "1,1,1,1,1,1,1,1,1", "0,1")), 1, "\"t\" has more than 8 numbers");
  refused(object(tensor("t", "U8", "1", "0")), 1, "\"t\" has no pair of data_offsets");
  refused(object(tensor("t", "U8", "1", "0,1,1")), 1, "\"t\" has no pair of data_offsets");
}

TEST_CASE("safetensors: overlaps, holes and bytes of no tensor are refused by name") {
  refused(object(tensor("a", "U8", "4", "0,4"), tensor("b", "U8", "4", "3,7")), 7,
          "tensor \"b\" starts at byte 3");
  refused(object(tensor("a", "U8", "4", "0,4"), tensor("b", "U8", "4", "0,4")), 4, "starts at byte 0");
  refused(object(tensor("a", "U8", "4", "0,4"), tensor("b", "U8", "3", "5,8")), 8,
          "tensor \"b\" starts at byte 5");
  refused(object(tensor("a", "U8", "4", "1,5")), 5, "tensor \"a\" starts at byte 1");
  refused(object(tensor("a", "U8", "4", "0,4")), 6, "2 bytes after the last tensor");
}

TEST_CASE("safetensors: a key may occur once") {
  refused(object(tensor("a", "U8", "4", "0,4"), tensor("a", "U8", "4", "0,4")), 4,
          "tensor \"a\" occurs twice");
  refused(R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1,
          "key \"dtype\" of tensor \"a\" occurs twice");
  refused(R"({"__metadata__":{"k":"1","k":"2"}})", 0, "key \"k\" of tensor \"__metadata__\" occurs twice");
  refused(R"({"__metadata__":{},"__metadata__":{}})", 0, "tensor \"__metadata__\" occurs twice");
}

TEST_CASE("safetensors: other JSON than the format's is refused") {
  refused("[]", 0, "the header is an array");
  refused("null", 0, "the header is null");
  refused("{", 0, "not valid JSON");
  refused("{}{}", 0, "not valid JSON");
  refused("{\"\xff\":{}}", 0, "not valid JSON");
  refused(std::string("{}\0 ", 4), 0, "a NUL byte");
  refused(std::string(100000, '['), 0, "the header is an array");
  refused(R"({"__metadata__":{"k":1}})", 0, "tensor \"__metadata__\" has a number");
  refused(R"({"__metadata__":{"k":{"l":"m"}}})", 0, "has an object where it does not belong");
  refused(R"({"__metadata__":"text"})", 0, "tensor \"__metadata__\" has a string");
  refused(R"({"a":{}})", 0, "tensor \"a\" has no dtype");
  refused(R"({"a":{"dtype":"U8"}})", 0, "tensor \"a\" has no shape");
  refused(R"({"a":{"dtype":"U8","shape":[1]}})", 0, "tensor \"a\" has no pair of data_offsets");
  refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":"y"}})", 1, "unknown key \"x\"");
  refused(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1,
          "tensor \"a\" has a negative number");
  refused(R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", 1, "a number that is not an integer");
  refused(R"({"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}})", 1, "tensor \"a\" has an array");
  refused(R"({"a":{"dtype":"U8","shape":"1","data_offsets":[0,1]}})", 1, "tensor \"a\" has a string");
  refused(object(tensor("a", "F8_E4M3", "1", "0,1")), 1, "tensor \"a\" has the unknown dtype \"F8_E4M3\"");
  refused(object(tensor("line\\nbreak", "X", "1", "0,1")), 1, "tensor \"line\\nbreak\"");
}

TEST_CASE("safetensors: floats of every width are read exactly") {
  const auto floats = [](DType type, const Bytes& bytes) {
    return TensorView{type, {bytes.size() / size_of(type)}, bytes}.to_floats();
  };
  // IEEE 754 binary16: 1, -2, smallest subnormal, largest subnormal, largest, -0, infinity, NaN
  const auto half = floats(DType::f16, {0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x03, 0xff, 0x7b, 0x00,
                                        0x80, 0x00, 0x7c, 0x01, 0x7c});
  CHECK(half[0] == 1.0f);
  CHECK(half[1] == -2.0f);
  CHECK(half[2] == std::ldexp(1.0f, -24));
  CHECK(half[3] == std::ldexp(1023.0f, -24));
  CHECK(half[4] == 65504.0f);
  CHECK((half[5] == 0.0f && std::signbit(half[5])));
  CHECK(std::isinf(half[6]));
  CHECK(std::isnan(half[7]));
  CHECK(floats(DType::bf16, {0x80, 0x3f, 0x20, 0xc1}) == std::vector<float>{1.0f, -10.0f});
  CHECK(floats(DType::f32, {0x00, 0x00, 0xc0, 0x3f}) == std::vector<float>{1.5f});
  CHECK(floats(DType::f64, {0, 0, 0, 0, 0, 0, 0xf8, 0xbf}) == std::vector<float>{-1.5f});
  CHECK(test::error_of([&] { floats(DType::i16, {0, 0}); }).find("type I16") != std::string::npos);
}
