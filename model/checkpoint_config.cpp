// SPDX-License-Identifier: Apache-2.0
// config.json of a checkpoint.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "contract/error.hpp"
#include "contract/file.hpp"
#include "contract/model_descriptor.hpp"
#include "model/checkpoint.hpp"

namespace edgebert::model {
namespace {

using nlohmann::json;

/// Keys of one config.json, with errors that name file and key.
class Config {
 public:
  Config(std::span<const std::uint8_t> bytes, const std::string& path) : path_(path) {
    keys_ = json::parse(bytes.begin(), bytes.end(), nullptr, false);
    if (!keys_.is_object()) throw Error(Failure::image, fmt::format("{}: this is not a JSON object", path_));
  }

  Error invalid(const std::string& key, const std::string& allowed) const {
    const auto found = keys_.find(key);
    if (found == keys_.end())
      return Error(Failure::image, fmt::format("{}: key '{}' is missing", path_, key));
    std::string text = found->dump(-1, ' ', true, json::error_handler_t::replace);
    if (text.size() > 80) text = text.substr(0, 80) + "...";
    return Error(Failure::image, fmt::format("{}: key '{}' is {}, allowed: {}", path_, key, text, allowed));
  }

  bool has(const std::string& key) const { return keys_.contains(key); }

  std::uint32_t count(const std::string& key, std::uint32_t low, std::uint32_t high) const {
    const auto found = keys_.find(key);
    const bool good = found != keys_.end() && found->is_number_unsigned() &&
                      found->get<std::uint64_t>() >= low && found->get<std::uint64_t>() <= high;
    if (!good) throw invalid(key, fmt::format("an integer from {} to {}", low, high));
    return found->get<std::uint32_t>();
  }

  std::uint32_t count_or(const std::string& key, std::uint32_t low, std::uint32_t high,
                         std::uint32_t absent) const {
    return has(key) ? count(key, low, high) : absent;
  }

  double number(const std::string& key, double low, double high) const {
    const auto found = keys_.find(key);
    const bool good = found != keys_.end() && found->is_number() && found->get<double>() >= low &&
                      found->get<double>() <= high;
    if (!good) throw invalid(key, fmt::format("a number from {} to {}", low, high));
    return found->get<double>();
  }

  /// One of the names, as its index.
  std::size_t choice(const std::string& key, const std::vector<std::string>& names) const {
    const auto found = keys_.find(key);
    if (found != keys_.end() && found->is_string()) {
      const auto name = std::find(names.begin(), names.end(), found->get<std::string>());
      if (name != names.end()) return static_cast<std::size_t>(name - names.begin());
    }
    std::string allowed;
    for (const std::string& name : names) allowed += (allowed.empty() ? "" : ", ") + name;
    throw invalid(key, allowed);
  }

  std::size_t choice_or_first(const std::string& key, const std::vector<std::string>& names) const {
    return has(key) ? choice(key, names) : 0;
  }

  /// Class names from id2label; LABEL_0 ... without it.
  std::vector<std::string> labels(std::uint32_t classes) const {
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < classes; ++i) {
      const std::string id = std::to_string(i);
      if (!has("id2label")) {
        names.push_back("LABEL_" + id);
        continue;
      }
      const json& map = keys_.at("id2label");
      if (!map.is_object() || map.size() != classes || !map.contains(id) || !map.at(id).is_string()) {
        throw invalid("id2label",
                      fmt::format("an object with a name for each of \"0\" to \"{}\"", classes - 1));
      }
      names.push_back(map.at(id).get<std::string>());
    }
    return names;
  }

  /// What HuggingFace's training scripts call the task.
  std::string task() const {
    const auto found = keys_.find("finetuning_task");
    if (found == keys_.end() || found->is_null()) return "default";
    if (!found->is_string() || !is_task_name(found->get_ref<const std::string&>()))
      throw invalid("finetuning_task", task_name_rule);
    return found->get<std::string>();
  }

  /// Number of classes: num_labels, else the size of id2label, else 2 as in HuggingFace.
  std::uint32_t classes() const {
    if (has("num_labels")) return count("num_labels", 2, classes_max);
    if (!has("id2label")) return 2;
    const std::size_t size = keys_.at("id2label").is_object() ? keys_.at("id2label").size() : 0;
    if (size < 2 || size > classes_max)
      throw invalid("id2label", fmt::format("2 to {} classes", classes_max));
    return static_cast<std::uint32_t>(size);
  }

 private:
  std::string path_;
  json keys_;
};

Spans spans_of(const Config& config) {
  Spans spans;
  spans.form = config.choice_or_first("span_softmax", {"all_keys", "in_span"}) == 0 ? SpanForm::all_keys
                                                                                    : SpanForm::in_span;
  spans.index = config.choice_or_first("span_index", {"distance", "position"}) == 0 ? SpanIndex::distance
                                                                                    : SpanIndex::position;
  constexpr double ramp_min = 1e-3;
  constexpr double ramp_max = 1e6;
  if (config.has("adaptive_span_ramp")) {
    spans.ramp = static_cast<float>(config.number("adaptive_span_ramp", ramp_min, ramp_max));
  }
  return spans;
}

/// HuggingFace's names; some functions have several.
Activation activation_of(const Config& config) {
  constexpr Activation activations[] = {Activation::gelu_new, Activation::gelu,     Activation::relu,
                                        Activation::tanh,     Activation::gelu_new, Activation::gelu_new,
                                        Activation::gelu};
  return activations[config.choice(
      "hidden_act", {"gelu_new", "gelu", "relu", "tanh", "gelu_fast", "gelu_pytorch_tanh", "gelu_python"})];
}

}  // namespace

bool is_task_name(std::string_view name) {
  constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= 32 && name.find_first_not_of(allowed) == std::string_view::npos;
}

Geometry read_geometry(const std::filesystem::path& path) {
  return parse_geometry(read_file(path, "checkpoint configuration", Failure::image), path.string());
}

Geometry parse_geometry(std::span<const std::uint8_t> text, const std::string& origin) {
  const Config config(text, origin);
  constexpr std::uint32_t vocabulary_max = 0x10000;  // token ids are 16 bits (contract/mailbox.hpp)
  Geometry g{};
  g.vocabulary = config.count("vocab_size", 1, vocabulary_max);
  g.embedding = config.count("embedding_size", 1, layernorm_features_max);
  g.hidden = config.count("hidden_size", 1, layernorm_features_max);
  g.heads = config.count("num_attention_heads", 1, heads_max);
  if (g.hidden % g.heads != 0) {
    throw config.invalid("num_attention_heads", fmt::format("a divisor of hidden_size = {}", g.hidden));
  }
  g.head_size = g.hidden / g.heads;
  g.intermediate = config.count("intermediate_size", 1, reduction_max);
  g.layers = config.count("num_hidden_layers", 1, layers_max);
  if (config.has("model_type")) config.choice("model_type", {"albert"});
  if (config.has("position_embedding_type")) config.choice("position_embedding_type", {"absolute"});
  config.count_or("num_hidden_groups", 1, 1, 1);
  config.count_or("inner_group_num", 1, 1, 1);
  g.classes = config.classes();
  g.labels = config.labels(g.classes);
  g.task = config.task();
  g.token_types = config.count_or("type_vocab_size", 1, 2, 2);
  constexpr std::uint32_t positions_max = 1u << 20;
  constexpr std::uint32_t default_sequence = 128;
  g.positions = config.count("max_position_embeddings", 1, positions_max);
  const std::uint32_t longest = std::min(g.positions, sequence_max);
  g.sequence = config.count_or("edgebert_sequence_length", 1, longest, std::min(longest, default_sequence));
  g.activation = activation_of(config);
  g.layernorm_epsilon = config.has("layer_norm_eps") ? config.number("layer_norm_eps", 0, 1) : 1e-12;
  g.text_cleaning = config.choice_or_first("edgebert_text_cleaning", {"albert", "lower_case"}) == 0
                        ? TextCleaning::albert
                        : TextCleaning::lower_case;
  g.spans = spans_of(config);
  return g;
}

}  // namespace edgebert::model
