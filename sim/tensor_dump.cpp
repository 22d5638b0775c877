// SPDX-License-Identifier: Apache-2.0
#include "sim/tensor_dump.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "contract/file.hpp"
#include "golden/adaptivfloat.hpp"
#include "sim/names.hpp"
#include "sim/npy.hpp"

namespace edgebert::sim {
namespace fs = std::filesystem;

namespace {

std::vector<std::uint8_t> layers_of(const std::string& text, const std::string& spec, std::uint32_t layers) {
  std::vector<std::uint8_t> found;
  if (text == "all") {
    for (std::uint32_t layer = 0; layer <= layers; ++layer) found.push_back(static_cast<std::uint8_t>(layer));
    return found;
  }
  std::uint32_t layer = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, code] = std::from_chars(text.data(), end, layer);
  if (code == std::errc() && rest == end && layer <= layers) return {static_cast<std::uint8_t>(layer)};
  throw Error(Failure::usage,
              fmt::format("--dump {}: '{}' is no layer of this model: 0 (the embedding) to {}, or all", spec,
                          text, layers));
}

/// All but `none`.
std::vector<std::string> operator_names() {
  std::vector<std::string> names;
  for (unsigned op = 1; op < operator_count; ++op) names.emplace_back(name_of(static_cast<Operator>(op)));
  return names;
}

double scale_of(golden::Format format) {
  return format == golden::Format::entropy ? 1 << entropy_fraction_bits : 1 << working_fraction_bits;
}

/// What the integers stand for; probabilities with their row's scale.
std::vector<double> values_of(const golden::Tensor& tensor) {
  const auto [format, bias] = tensor.encoding;
  std::vector<double> values(tensor.values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int32_t value = tensor.values[i];
    values[i] = format == golden::Format::adaptivfloat
                    ? golden::decode(static_cast<std::uint8_t>(value), bias)
                    : value / scale_of(format);
    if (!tensor.row_scale.empty()) values[i] *= tensor.row_scale[i / tensor.columns] / double{1 << 20};
  }
  return values;
}

void write(const golden::Tensor& tensor, const fs::path& stem) {
  const std::size_t rows = tensor.rows;
  const auto file = [&stem](const char* what) { return fs::path(stem.string() + '.' + what + ".npy"); };
  if (tensor.encoding.format == golden::Format::adaptivfloat) {
    const std::vector<std::uint8_t> codes(tensor.values.begin(), tensor.values.end());
    write_file(file("codes"), npy_of(std::span(codes), rows, tensor.columns));
  } else {
    write_file(file("codes"), npy_of(std::span(tensor.values), rows, tensor.columns));
  }
  write_file(file("values"), npy_of(std::span<const double>(values_of(tensor)), rows, tensor.columns));
  if (!tensor.row_scale.empty()) write_file(file("scales"), npy_of(std::span(tensor.row_scale), rows, 1));
}

void make_folder(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code)
    throw Error(Failure::input, fmt::format("cannot make folder '{}': {}", folder.string(), code.message()));
}

}  // namespace

TensorSelection tensors_to_dump(const std::vector<std::string>& specs, std::uint32_t layers) {
  TensorSelection selection;
  const std::vector<std::string> names = operator_names();
  for (const std::string& spec : specs) {
    const auto colon = spec.find(':');
    const std::string pattern = colon == std::string::npos ? ".*" : spec.substr(colon + 1);
    for (const std::uint8_t layer : layers_of(spec.substr(0, colon), spec, layers)) {
      for (const std::string& name : names_matching(pattern, names, "operator")) {
        const auto index = std::ranges::find(names, name) - names.begin() + 1;
        selection.emplace(layer, static_cast<Operator>(index));
      }
    }
  }
  return selection;
}

std::string file_stem_of(const golden::TensorKey& key) {
  const std::string stem = fmt::format("layer{:02}.{}", key.layer, name_of(key.op));
  return has_heads(key.op) ? fmt::format("{}.head{:02}", stem, key.head) : stem;
}

TensorDump::TensorDump(std::span<const golden::Model> models, fs::path folder, TensorSelection selection)
    : models_(models), folder_(std::move(folder)), selection_(std::move(selection)) {
  make_folder(folder_);
}

void TensorDump::begin(std::size_t task, const std::vector<std::uint16_t>& token_ids,
                       std::uint32_t first_segment) {
  platform_.clear();
  model_ = &models_[task];
  golden_ = model_->run(token_ids, first_segment, 0);
}

void TensorDump::take(const Tile& tile) {
  if (!golden_ || !selection_.contains({tile.layer, tile.op})) return;
  const golden::TensorKey key = key_of(tile);
  const auto expected = golden_->tensors.find(key);
  if (expected == golden_->tensors.end()) return;  // of a head that is off: golden has none, and none is read
  const golden::Tensor& shape = expected->second;
  auto entry = platform_.find(key);
  if (entry == platform_.end())
    entry =
        platform_.emplace(key, TensorAssembly(key, shape.rows, shape.columns, shape.encoding.format)).first;
  entry->second.take(tile, key, *model_);
}

std::size_t TensorDump::finish(std::size_t sentence) {
  const fs::path folder = folder_ / fmt::format("sentence{:04}", sentence);
  if (!platform_.empty()) {
    make_folder(folder / "platform");
    make_folder(folder / "golden");
  }
  for (const auto& [key, assembled] : platform_) {
    write(assembled.tensor, folder / "platform" / file_stem_of(key));
    write(golden_->at(key), folder / "golden" / file_stem_of(key));
  }
  golden_.reset();
  return platform_.size();
}

}  // namespace edgebert::sim
