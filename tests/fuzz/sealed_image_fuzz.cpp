// SPDX-License-Identifier: Apache-2.0
// A valid image of two tasks with some bytes of its tensors replaced, hashed anew: refused, or golden runs
// it. The input is a list of changes: number of the tensor, two bytes of offset, the new byte.
#include <cstdlib>
#include <cstring>
#include <map>

#include "golden/encoder.hpp"
#include "tests/fuzz/allocation_limit.hpp"
#include "tests/unit/model/tiny_checkpoint.hpp"

using namespace edgebert;

namespace {

struct Parts {
  std::map<std::string, TensorData> tensors;
  std::vector<std::string> names;
  std::vector<Placement> placements;
  ImageProperties properties;

  Parts() {
    const model::Checkpoint checkpoint = test::TinyCheckpoint().read();
    const model::TaskInput tasks[] = {{"a", checkpoint, test::ranges}, {"b", checkpoint, test::ranges}};
    const ModelImage image = ModelImage::parse(model::compile(tasks, {}).bytes, "tiny");
    for (const auto& [name, view] : image.container().tensors()) {
      tensors[name] = {view.type, view.shape, {view.bytes.begin(), view.bytes.end()}};
      names.push_back(name);
    }
    placements = image.placements();
    properties = {{image.tasks().begin(), image.tasks().end()}, "{}", image.text_cleaning()};
  }
};

void run(const ModelImage& image) {
  const std::uint16_t ids[] = {2, 5, 3};
  for (std::size_t task = 0; task < image.tasks().size(); ++task) {
    const golden::Model model(image, task);
    if (model.descriptor().sequence >= 3) model.run(ids, 3, 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Parts whole;
  constexpr std::size_t change_bytes = 4;
  constexpr std::size_t image_bytes = std::size_t{1} << 15;
  const test::AllocationLimit limit(size + image_bytes);
  std::map<std::string, TensorData> tensors = whole.tensors;
  for (std::size_t at = 0; at + change_bytes <= size; at += change_bytes) {
    std::vector<std::uint8_t>& bytes = tensors.at(whole.names[data[at] % whole.names.size()]).bytes;
    const std::size_t offset = data[at + 1] | std::size_t{data[at + 2]} << 8;
    if (!bytes.empty()) bytes[offset % bytes.size()] = data[at + 3];
  }
  try {
    run(ModelImage::parse(to_model_image(tensors, whole.placements, whole.properties), "input"));
  } catch (const Error& error) {
    if (std::strchr(error.what(), '\n') != nullptr) std::abort();
  }
  return 0;
}
