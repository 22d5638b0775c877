// SPDX-License-Identifier: Apache-2.0
// edgebert-sim quantize-report: the error of every AdaptivFloat tensor of a checkpoint in some formats, and
// what rounding weights alone, or weights and activations, does to the answers of the float model. A study:
// the hardware runs <8,3>, whose bit-exact answers are those of run and of golden/encoder.
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "contract/file.hpp"
#include "golden/adaptivfloat_study.hpp"
#include "model/adaptivfloat_format.hpp"
#include "model/tensor_list.hpp"
#include "platform/config/text.hpp"
#include "sim/checkpoint_inputs.hpp"
#include "sim/commands.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {
namespace {

using Json = nlohmann::ordered_json;
using Tokens = std::vector<std::uint16_t>;

model::AdaptivFloatFormat format_of(const std::string& text) {
  unsigned numbers[2] = {};
  const char* next = text.data();
  const char* const end = text.data() + text.size();
  bool good = true;
  for (unsigned i = 0; i < 2 && good; ++i) {
    const auto [rest, code] = std::from_chars(next, end, numbers[i]);
    good = code == std::errc() && (i == 0 ? rest != end && *rest == ',' : rest == end);
    next = rest + (i == 0 && good ? 1 : 0);
  }
  if (!good) {
    throw Error(Failure::usage,
                fmt::format("quantize-report: --format {} is not a width and exponent bits, as "
                            "in 8,3",
                            text));
  }
  return model::adaptivfloat_format(numbers[0], numbers[1]);
}

struct TensorRow {
  std::string name;
  std::uint32_t rows;
  std::uint32_t columns;
  int offset;
  model::RoundingError error;
};

/// What a rounded model answers beside the float one.
struct Effect {
  std::optional<double> accuracy;       ///< at the last off-ramp
  std::size_t changed_predictions = 0;  ///< at the last off-ramp
  double logit_error = 0;               ///< mean magnitude over off-ramps, classes and sentences
  double worst_logit_error = 0;
};

struct FormatRow {
  model::AdaptivFloatFormat format;
  std::vector<TensorRow> tensors;
  model::RoundingError all;
  Effect weights;
  Effect weights_and_activations;
};

struct Report {
  std::string checkpoint;
  std::string source_sha256;
  model::BiasRule rule;
  double percentile;
  std::size_t calibration_sentences;
  std::size_t sentences;
  std::optional<double> float_accuracy;
  std::vector<FormatRow> formats;
};

using Answers = std::vector<std::vector<std::vector<float>>>;  ///< sentences x layers x classes

Answers answers_of(const golden::Fp32Model& model, const std::vector<Tokens>& tokens,
                   const golden::Observer& observer) {
  Answers answers(tokens.size());
  for_each_sentence(tokens.size(), [&](std::size_t i) {
    answers[i] = model.run(tokens[i], static_cast<std::uint32_t>(tokens[i].size()), observer).logits;
  });
  return answers;
}

std::size_t prediction_of(const std::vector<float>& logits) {
  return static_cast<std::size_t>(std::ranges::max_element(logits) - logits.begin());
}

/// Nothing unless every sentence has a label.
std::optional<double> accuracy_of(const Answers& answers, const std::vector<Sentence>& sentences) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!sentences[i].label) return std::nullopt;
    right += prediction_of(answers[i].back()) == *sentences[i].label;
  }
  return static_cast<double>(right) / static_cast<double>(answers.size());
}

Effect effect_of(const Answers& rounded, const Answers& exact, const std::vector<Sentence>& sentences) {
  Effect effect{.accuracy = accuracy_of(rounded, sentences)};
  std::size_t compared = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    effect.changed_predictions += prediction_of(rounded[i].back()) != prediction_of(exact[i].back());
    for (std::size_t layer = 0; layer < exact[i].size(); ++layer) {
      for (std::size_t c = 0; c < exact[i][layer].size(); ++c, ++compared) {
        const double error = std::fabs(static_cast<double>(rounded[i][layer][c]) - exact[i][layer][c]);
        effect.logit_error += error;
        effect.worst_logit_error = std::max(effect.worst_logit_error, error);
      }
    }
  }
  effect.logit_error /= static_cast<double>(std::max<std::size_t>(1, compared));
  return effect;
}

std::vector<TensorRow> rows_of(const model::Checkpoint& checkpoint, const model::AdaptivFloatFormat& format,
                               model::BiasRule rule) {
  std::vector<TensorRow> rows;
  for (const model::NamedValues& tensor : model::adaptivfloat_tensors(checkpoint)) {
    const int offset = model::offset_for(format, rule, tensor.values);
    rows.push_back({tensor.name, tensor.rows, tensor.columns, offset,
                    model::rounding_error(format, offset, tensor.values)});
  }
  return rows;
}

golden::StudyCodec codec_of(const model::AdaptivFloatFormat& format) {
  return golden::StudyCodec(
      {format.exponent_bits, format.mantissa_bits(), format.offset_min, format.offset_max});
}

Report report_on(const QuantizeReportOptions& options) {
  std::vector<model::AdaptivFloatFormat> formats;
  for (const std::string& text : options.formats) formats.push_back(format_of(text));
  if (formats.empty()) formats.push_back(model::hardware_format);
  const model::Checkpoint checkpoint = model::read_checkpoint(options.checkpoint);
  const std::uint32_t sequence = checkpoint.geometry.sequence;
  const std::vector<Sentence> calibration = calibration_sentences(options.checkpoint, options.calibration);
  std::vector<Sentence> sentences = options.data_set ? sentences_of_dataset(*options.data_set) : calibration;
  if (options.limit && *options.limit < sentences.size()) sentences.resize(*options.limit);
  const std::vector<Tokens> tokens = tokens_of(sentences, checkpoint, sequence);

  const golden::Fp32Checkpoint weights = float_checkpoint(options.checkpoint);
  const golden::Fp32Model exact(weights);
  const auto ranges =
      activation_ranges(exact, tokens_of(calibration, checkpoint, sequence), options.activation_percentile);
  const Answers answers = answers_of(exact, tokens, {});
  Report report{options.checkpoint.string(),
                checkpoint.source_sha256,
                options.weight_bias,
                options.activation_percentile,
                calibration.size(),
                sentences.size(),
                accuracy_of(answers, sentences),
                {}};
  for (const model::AdaptivFloatFormat& format : formats) {
    FormatRow row{format, rows_of(checkpoint, format, options.weight_bias), {}, {}, {}};
    for (const TensorRow& tensor : row.tensors) row.all += tensor.error;
    const golden::StudyCodec codec = codec_of(format);
    golden::Fp32Checkpoint rounded = weights;
    golden::round_weights(rounded, codec,
                          options.weight_bias == model::BiasRule::largest ? golden::OffsetRule::largest
                                                                          : golden::OffsetRule::least_error);
    const golden::Fp32Model model(std::move(rounded));
    row.weights = effect_of(answers_of(model, tokens, {}), answers, sentences);
    row.weights_and_activations =
        effect_of(answers_of(model, tokens, golden::rounding_observer(codec, ranges)), answers, sentences);
    report.formats.push_back(std::move(row));
  }
  return report;
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string sqnr_text(double decibels) {
  return std::isinf(decibels) ? "exact" : fmt::format("{:.1f} dB", decibels);
}

std::string percent_text(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f} %", 100 * *value) : "";
}

std::string tensor_line(const std::string& name, const std::string& shape, const std::string& offset,
                        const model::RoundingError& error) {
  return fmt::format(
      "{:<24}{:>14}{:>7}{:>10.4f}{:>10}{:>10.3f} %{:>9.2f} %{:>9.2f} %\n", name, shape, offset,
      error.relative_rms(), sqnr_text(error.sqnr()), 100 * share(error.saturated, error.elements),
      100 * share(error.zeros_before, error.elements), 100 * share(error.zeros_after, error.elements));
}

std::string effect_line(const std::string& name, const Effect& effect) {
  return fmt::format("{:<30}{:>10}{:>21}{:>18.4f}{:>14.3f}\n", name, percent_text(effect.accuracy),
                     effect.changed_predictions, effect.logit_error, effect.worst_logit_error);
}

std::string text_of(const Report& report, const Style& style) {
  std::string text = fmt::format("{}, biases by {}, activations hold {} % of {} calibration sentences\n",
                                 bold(printable(report.checkpoint), style), name_of(report.rule),
                                 report.percentile, grouped(report.calibration_sentences));
  std::string effects = dim(fmt::format("{:<30}{:>10}{:>21}{:>18}{:>14}\n", "", "accuracy",
                                        "predictions changed", "mean logit error", "the largest"),
                            style);
  effects += fmt::format("{:<30}{:>10}\n", "float32", percent_text(report.float_accuracy));
  for (const FormatRow& row : report.formats) {
    const std::string name = fmt::format("<{},{}>", row.format.width, row.format.exponent_bits);
    text += '\n';
    text += dim(fmt::format("{:<24}{:>14}{:>7}{:>10}{:>10}{:>12}{:>11}{:>11}\n", name, "shape", "offset",
                            "rms error", "SQNR", "saturated", "zero", "zero after"),
                style);
    for (const TensorRow& tensor : row.tensors) {
      text += tensor_line(tensor.name, fmt::format("{} x {}", tensor.rows, tensor.columns),
                          std::to_string(tensor.offset), tensor.error);
    }
    text += tensor_line("all", grouped(row.all.elements), "", row.all);
    effects += effect_line(name + " weights", row.weights);
    effects += effect_line(name + " weights, activations", row.weights_and_activations);
  }
  text += fmt::format("\n{} sentences, all off-ramps; accuracy and predictions at the last\n\n",
                      grouped(report.sentences));
  text += effects;
  return text;
}

Json error_json(const model::RoundingError& error) {
  const double sqnr = error.sqnr();
  return {{"elements", error.elements},
          {"relative_rms", error.relative_rms()},
          {"sqnr_db", std::isinf(sqnr) ? Json(nullptr) : Json(sqnr)},
          {"saturated", share(error.saturated, error.elements)},
          {"zeros_before", share(error.zeros_before, error.elements)},
          {"zeros_after", share(error.zeros_after, error.elements)}};
}

Json effect_json(const Effect& effect) {
  return {{"accuracy", effect.accuracy ? Json(*effect.accuracy) : Json(nullptr)},
          {"changed_predictions", effect.changed_predictions},
          {"mean_logit_error", effect.logit_error},
          {"largest_logit_error", effect.worst_logit_error}};
}

std::string json_of(const Report& report) {
  Json formats = Json::array();
  for (const FormatRow& row : report.formats) {
    Json tensors = Json::array();
    for (const TensorRow& tensor : row.tensors) {
      Json entry = {
          {"tensor", tensor.name}, {"shape", {tensor.rows, tensor.columns}}, {"offset", tensor.offset}};
      entry.update(error_json(tensor.error));
      tensors.push_back(std::move(entry));
    }
    formats.push_back({{"width", row.format.width},
                       {"exponent_bits", row.format.exponent_bits},
                       {"tensors", std::move(tensors)},
                       {"all", error_json(row.all)},
                       {"weights", effect_json(row.weights)},
                       {"weights_and_activations", effect_json(row.weights_and_activations)}});
  }
  const Json root = {
      {"schema", "edgebert-quantize-report-1"},
      {"source_sha256", report.source_sha256},
      {"bias", name_of(report.rule)},
      {"activation_percentile", report.percentile},
      {"calibration_sentences", report.calibration_sentences},
      {"sentences", report.sentences},
      {"float32", {{"accuracy", report.float_accuracy ? Json(*report.float_accuracy) : Json(nullptr)}}},
      {"formats", std::move(formats)}};
  return root.dump(2) + "\n";
}

}  // namespace

int quantize_report(const QuantizeReportOptions& options) {
  if (options.json && *options.json != "-") {
    const auto folder = folder_of(options.checkpoint);
    check_output(*options.json, {options.checkpoint, folder / "model.safetensors", folder / "config.json",
                                 folder / "spiece.model", options.data_set.value_or(""),
                                 calibration_file(options.checkpoint, options.calibration)});
  }
  const Report report = report_on(options);
  write_reports(options.json, options.json ? json_of(report) : "",
                options.json == "-" ? "" : text_of(report, style_of(STDOUT_FILENO)));
  return 0;
}

}  // namespace edgebert::sim
