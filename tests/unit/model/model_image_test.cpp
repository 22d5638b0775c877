// SPDX-License-Identifier: Apache-2.0
// A small image is damaged in every way that a file can be; each damage must be refused and named.
#include "contract/model_image.hpp"

#include <cstring>
#include <iterator>

#include "contract/memory_map.hpp"
#include "tests/test.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;
using nlohmann::json;

namespace {

using Bytes = std::vector<std::uint8_t>;

const Bytes& tiny_image() {
  static const Bytes bytes = model::compile(test::TinyCheckpoint().read(), test::ranges, {}).bytes;
  return bytes;
}

std::string error_of(const Bytes& bytes) {
  return test::error_of([&] { ModelImage::parse(bytes, "f"); });
}

/// The parts of an image, to be changed and sealed again with right hashes.
struct Parts {
  std::map<std::string, TensorData> tensors;
  std::vector<Placement> placements;
  ImageProperties properties{{{"default", "source", {"LABEL_0", "LABEL_1"}}}, "{}", "albert"};

  Parts() {
    const auto image = ModelImage::parse(tiny_image(), "f");
    for (const auto& [name, view] : image.container().tensors()) {
      tensors[name] = {view.type, view.shape, {view.bytes.begin(), view.bytes.end()}};
    }
    placements = image.placements();
  }

  std::string error() const { return error_of(to_model_image(tensors, placements, properties)); }

  /// Changes the descriptor; the tensor's hash is right afterwards.
  void describe(const std::function<void(ModelDescriptor&)>& change) {
    ModelDescriptor descriptor;
    auto& bytes = tensors.at("descriptor").bytes;
    std::memcpy(&descriptor, bytes.data(), sizeof(descriptor));
    change(descriptor);
    std::memcpy(bytes.data(), &descriptor, sizeof(descriptor));
  }

  Placement& placement(const std::string& name) {
    return *std::find_if(placements.begin(), placements.end(),
                         [&](const Placement& p) { return p.tensor == name; });
  }
};

void contains(const std::string& error, const std::string& text) {
  INFO(error);
  CHECK(error.starts_with("f: not a usable model image: "));
  CHECK(error.find(text) != std::string::npos);
}

}  // namespace

TEST_CASE("model image: a compiled checkpoint is accepted, and again after being taken apart") {
  const auto image = ModelImage::parse(tiny_image(), "f");
  CHECK(image.descriptor().magic == descriptor_magic);
  REQUIRE(image.tasks().size() == 1);
  CHECK(image.tasks()[0].off_ramps.size() == 2);
  CHECK(image.tasks()[0].labels == std::vector<std::string>{"LABEL_0", "LABEL_1"});
  CHECK(image.text_cleaning() == "albert");
  CHECK(image.hash() == sha256_of(tiny_image()));
  CHECK(Parts().error() == "");
}

TEST_CASE("model image: truncated at any byte it is refused") {
  const Bytes& bytes = tiny_image();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (error_of({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}).empty()) {
      FAIL("accepted with " << size << " of " << bytes.size() << " bytes");
    }
  }
}

TEST_CASE("model image: a flipped bit in any tensor byte is refused with the tensor's name") {
  const Bytes& bytes = tiny_image();
  const auto file = Safetensors::parse(bytes, "f");
  for (const auto& [name, view] : file.tensors()) {
    // Positions are found from the end: the last tensor ends with the file.
    const std::uint8_t* base = file.tensors().begin()->second.bytes.data();
    for (const auto& [other, data] : file.tensors()) base = std::min(base, data.bytes.data());
    std::size_t all = 0;
    for (const auto& [other, data] : file.tensors()) all += data.bytes.size();
    const std::size_t start = bytes.size() - all + static_cast<std::size_t>(view.bytes.data() - base);
    for (std::size_t i = 0; i < view.bytes.size(); ++i) {
      Bytes damaged = bytes;
      damaged[start + i] ^= static_cast<std::uint8_t>(1u << (i % 8));
      const std::string error = error_of(damaged);
      if (error.find("tensor '" + name + "' does not have the hash") == std::string::npos)
        FAIL(name << i << error);
    }
  }
}

TEST_CASE("model image: a flipped bit in length or header is refused") {
  const Bytes& bytes = tiny_image();
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  constexpr std::size_t stride = 5;  // odd, so that every bit of a byte has its turn
  for (std::size_t i = 0; i < 8 + length; i += stride) {
    Bytes damaged = bytes;
    damaged[i] ^= static_cast<std::uint8_t>(1u << (i % 8));
    if (error_of(damaged).empty()) FAIL("accepted with byte " << i << " changed");
  }
}

TEST_CASE("model image: other files are refused as what they are") {
  const std::string error = error_of(to_safetensors({}, {}));
  CHECK(error.starts_with("f: this safetensors file is not a model image"));
  CHECK(test::error_of([] { ModelImage::read("/nowhere/model.image"); }) ==
        "cannot read model image '/nowhere/model.image': No such file or directory");
}

TEST_CASE("model image: missing and left-over tensors are named") {
  for (const auto& [name, tensor] : Parts().tensors) {
    Parts parts;
    parts.tensors.erase(name);
    if (name != "tokenizer")
      parts.placements.erase(parts.placements.begin() + (&parts.placement(name) - parts.placements.data()));
    contains(parts.error(), "tensor '" + name + "' is missing");
  }
  Parts parts;
  parts.tensors["extra"] = {DType::u8, {1}, {0}};
  contains(parts.error(), "tensor 'extra' has no placement");
  parts.placements.push_back({"extra", "weight_memory", 1u << 20});
  contains(parts.error(), "tensor 'extra' belongs to no part of the model");
}

TEST_CASE("model image: types and shapes must be the descriptor's") {
  for (const char* name : {"query.masks", "query.channel_bias", "position_embedding.codes", "span_masks",
                           "embedding_norm.gamma"}) {
    Parts shape;
    shape.tensors.at(name).shape.insert(shape.tensors.at(name).shape.begin(), 1);
    contains(shape.error(), std::string("tensor '") + name + "' is ");
  }
  Parts type;
  type.tensors.at("query.channel_bias").type = DType::u16;
  contains(type.error(), "tensor 'query.channel_bias' is U16 [8], expected I16 [8]");
  Parts geometry;
  geometry.describe([](ModelDescriptor& d) { d.query.weights.rows = 9; });
  contains(geometry.error(), "matrix 'query' is 9 x 8 in the descriptor, 8 x 8 by the model's geometry");
  geometry.describe([](ModelDescriptor& d) {
    d.query.weights.rows = 8;
    d.position_embedding.columns = 7;
  });
  contains(geometry.error(), "table 'position_embedding' is 16 x 7");
}

TEST_CASE("model image: descriptor values outside the formats are refused") {
  const auto refused = [](const std::function<void(ModelDescriptor&)>& change, const std::string& text) {
    Parts parts;
    parts.describe(change);
    contains(parts.error(), "tensor 'descriptor' " + text);
  };
  refused([](ModelDescriptor& d) { d.magic = 0; }, "starts with 0x0");
  refused([](ModelDescriptor& d) { d.version = 1; }, "starts with");
  refused([](ModelDescriptor& d) { d.heads = 3; }, "has heads x head_size = 12");
  refused([](ModelDescriptor& d) { d.heads = 0xffffffff; }, "has heads = 4294967295");
  refused([](ModelDescriptor& d) { d.layers = 49; }, "has layers = 49, allowed are 1 to 48");
  refused([](ModelDescriptor& d) { d.sequence = 513; }, "has sequence = 513");
  refused([](ModelDescriptor& d) { d.classes = 1; }, "has classes = 1");
  refused([](ModelDescriptor& d) { d.hidden = 0; }, "has hidden = 0");
  refused([](ModelDescriptor& d) { d.vocabulary = 65537; }, "has vocabulary = 65537");
  refused([](ModelDescriptor& d) { d.activation = static_cast<Activation>(9); }, "has activation = 9");
  refused([](ModelDescriptor& d) { d.attention_scale += 1; }, "has attention_scale");
  refused([](ModelDescriptor& d) { d.activation_bias.pooled = 8; }, "has an activation's exponent bias = 8");
  refused([](ModelDescriptor& d) { d.query.weights.exponent_bias = 8; },
          "has the exponent bias of 'query' = 8");
  refused([](ModelDescriptor& d) { d.query.channel_bias_fraction = 13; },
          "has the channel bias fraction of 'query' = 13");
  refused([](ModelDescriptor& d) { d.attention_norm.beta_bias = 8; },
          "has the beta bias of 'attention_norm' = 8");
  refused([](ModelDescriptor& d) { d.off_ramps = 3; }, "has 3 off-ramps, allowed are 1 or 2");
  refused([](ModelDescriptor& d) { d.heads_off[1] = 1; }, "says that heads 0x100000000 are off");
}

TEST_CASE("model image: addresses must be the placements'") {
  Parts parts;
  parts.describe([](ModelDescriptor& d) { d.key.weights.data += 64; });
  contains(parts.error(), "tensor 'key.data' is not placed at the address");
  Parts memory;
  memory.placement("word_embedding.masks").memory = "weight_memory";
  memory.placement("word_embedding.masks").offset = 1u << 20;
  contains(memory.error(), "tensor 'word_embedding.masks' is not placed at the address");
}

TEST_CASE("model image: placements are aligned, inside their memory, and apart") {
  const auto refused = [](const std::function<void(Placement&)>& change, const std::string& text) {
    Parts parts;
    change(parts.placement("query.masks"));
    contains(parts.error(), text);
  };
  refused([](Placement& p) { p.offset += 4; }, "placement of tensor 'query.masks' is not a multiple of 8");
  refused([](Placement& p) { p.offset = memory_map::weight_memory.room; },
          "placement of tensor 'query.masks' leaves the 536870912 bytes");
  refused([](Placement& p) { p.offset = ~std::uint64_t{7}; }, "placement of tensor 'query.masks' leaves");
  refused([](Placement& p) { p.memory = "system_sram"; },
          "placement of tensor 'query.masks' is in a memory that does not exist");
  refused([](Placement& p) { p.tensor = "query.mask"; }, "placement of tensor 'query.mask' has no tensor");
  refused([](Placement& p) { p.tensor = "key.masks"; }, "placement of tensor 'key.masks' occurs twice");
  Parts parts;
  parts.placement("query.masks").offset = parts.placement("key.masks").offset;
  contains(parts.error(), "overlap in weight_memory");
}

TEST_CASE("model image: masks, data and index of a packed matrix must agree") {
  Parts index;
  index.tensors.at("query.index_offset").bytes[2] ^= 1;
  contains(index.error(), "tensor 'query.index_offset': row 1 starts at byte");
  Parts base;
  base.tensors.at("word_embedding.index_base").bytes[4] ^= 1;
  contains(base.error(), "tensor 'word_embedding.index_offset': row 64 starts at byte");
  Parts beyond;
  beyond.tensors.at("query.masks").bytes[1] |= 1;  // column 8 of 8
  contains(beyond.error(), "tensor 'query.masks': row 0 has elements past column 8");
  Parts zero;
  zero.tensors.at("query.data").bytes[5] = 0x80;
  contains(zero.error(), "tensor 'query.data' has a zero at byte 5");
  Parts longer;
  longer.tensors.at("query.data").bytes.push_back(1);
  longer.tensors.at("query.data").shape[0] += 1;
  contains(longer.error(), "tensor 'query.data' is U8");
}

TEST_CASE("model image: span masks lie between 0 and 1 and say which heads are off") {
  Parts above;
  above.tensors.at("span_masks").bytes[0] = 0x71;  // 17/16 * 2 at bias 3: above 1.0 = 0x70
  contains(above.error(), "tensor 'span_masks' has the code 0x71");
  Parts negative;
  negative.tensors.at("span_masks").bytes[3] = 0x90;
  contains(negative.error(), "tensor 'span_masks' has the code 0x90");
  Parts off;
  for (std::size_t t = 0; t < 16; ++t) off.tensors.at("span_masks").bytes[16 + t] = 0;  // head 1
  contains(off.error(), "says that heads 0x0 are off, the span masks say 0x2");
}

TEST_CASE("model image: tasks are named once each, and the descriptors' chain ends with them") {
  Parts none;
  none.properties.tasks.clear();
  contains(none.error(), "metadata 'tasks' has 0 entries, allowed are 1 to 4");
  Parts twice;
  twice.properties.tasks.push_back(twice.properties.tasks[0]);
  contains(twice.error(), "metadata 'tasks' has \"default\" twice");
  Parts missing;
  missing.properties.tasks.push_back({"second", "", {"no", "yes"}});
  contains(missing.error(), "task \"second\": tensor 'task.1.descriptor' is missing");
  Parts more;
  more.describe([](ModelDescriptor& d) { d.next_task = memory_map::weight_memory.base; });
  contains(more.error(), "the last task's descriptor names one more");
}

TEST_CASE("model image: labels are one name a class") {
  Parts parts;
  parts.properties.tasks[0].labels = {"one"};
  contains(parts.error(), "metadata 'tasks' has 1 labels for 2 classes");
}
