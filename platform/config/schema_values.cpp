// SPDX-License-Identifier: Apache-2.0
// Values of schema keys: checked assignment, the two spellings, what is accepted, and the reference page.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <type_traits>

#include <fmt/format.h>

#include "platform/config/schema.hpp"
#include "platform/config/text.hpp"

namespace edgebert::config {
namespace {

constexpr std::size_t longest_text = 4096;

template <typename T>
constexpr bool is_text = std::is_same_v<T, std::string>;

std::string join(const std::vector<std::string>& words, const char* separator) {
  return fmt::format("{}", fmt::join(words, separator));
}

/// A number of the key's unit, range and step.
double checked_number(const Key& key, const std::string& text) {
  const double value = parse_quantity(text, key.unit);
  if (!key.choices.empty()) {
    const bool allowed = std::ranges::any_of(
        key.choices, [&](const std::string& choice) { return parse_quantity(choice, Unit::none) == value; });
    if (!allowed) {
      throw std::invalid_argument(
          fmt::format("{} is not one of {}", printable(text), join(key.choices, ", ")));
    }
    return value;
  }
  if (value < key.minimum || value > key.maximum) {
    throw std::invalid_argument(fmt::format("{} is out of range; {} to {}", printable(text),
                                            format_quantity(key.minimum, key.unit),
                                            format_quantity(key.maximum, key.unit)));
  }
  if (key.multiple_of != 0 && std::fmod(value, key.multiple_of) != 0) {
    throw std::invalid_argument(key.multiple_of == 1
                                    ? fmt::format("{} is not a whole number", printable(text))
                                    : fmt::format("{} is not a multiple of {}", printable(text),
                                                  format_quantity(key.multiple_of, key.unit)));
  }
  return value;
}

std::size_t checked_choice(const Key& key, const std::string& text) {
  const auto found = std::ranges::find(key.choices, text);
  if (found == key.choices.end()) {
    throw std::invalid_argument(
        fmt::format("'{}' is not one of {}", printable(text), join(key.choices, ", ")));
  }
  return static_cast<std::size_t>(found - key.choices.begin());
}

std::string checked_text(const std::string& text) {
  if (text.size() > longest_text) {
    throw std::invalid_argument(
        fmt::format("the text is {} bytes long; {} at most", text.size(), longest_text));
  }
  if (printable(text) != text) {
    throw std::invalid_argument(fmt::format("'{}' has characters that do not print", printable(text)));
  }
  return text;
}

/// The default, or those of the presets where they differ, at n = 16.
std::string default_of(const Key& key) {
  SocConfig config;
  const std::string overlapped = text_of(key, config);
  if (!key.follows_preset) return overlapped;
  config.timing = SocConfig::Timing::of(TimingPreset::serial, config.pu.vmac_lanes);
  const std::string serial = text_of(key, config);
  return serial == overlapped ? serial : fmt::format("serial {}, overlapped {}", serial, overlapped);
}

/// A Markdown table cell.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
    text.replace(at, 1, "\\|");
  return text;
}

}  // namespace

void assign(const Key& key, const std::string& text, SocConfig& config) {
  std::visit(
      [&](auto* slot) {
        using T = std::remove_pointer_t<decltype(slot)>;
        if constexpr (is_text<T>) {
          *slot = checked_text(text);
        } else if constexpr (std::is_enum_v<T>) {
          *slot = static_cast<T>(checked_choice(key, text));
        } else {
          *slot = static_cast<T>(checked_number(key, text));
        }
      },
      key.slot(config));
}

std::string text_of(const Key& key, const SocConfig& config) {
  SocConfig copy = config;
  return std::visit(
      [&](auto* slot) -> std::string {
        using T = std::remove_pointer_t<decltype(slot)>;
        if constexpr (is_text<T>) {
          return *slot;
        } else if constexpr (std::is_enum_v<T>) {
          return key.choices.at(static_cast<std::size_t>(*slot));
        } else {
          return format_quantity(static_cast<double>(*slot), key.unit);
        }
      },
      key.slot(copy));
}

std::string canonical_of(const Key& key, const SocConfig& config) {
  SocConfig copy = config;
  return std::visit(
      [&](auto* slot) -> std::string {
        using T = std::remove_pointer_t<decltype(slot)>;
        if constexpr (is_text<T> || std::is_enum_v<T>) {
          return text_of(key, config);
        } else {
          return fmt::format("{}", *slot);
        }
      },
      key.slot(copy));
}

std::string accepted_by(const Key& key) {
  if (!key.choices.empty()) return join(key.choices, ", ");
  if (key.minimum == key.maximum) return "text";
  const std::string range =
      fmt::format("{} to {}", format_quantity(key.minimum, key.unit), format_quantity(key.maximum, key.unit));
  if (key.multiple_of == 0) return range;
  if (key.multiple_of == 1) return range + ", whole";
  return fmt::format("{}, a multiple of {}", range, format_quantity(key.multiple_of, key.unit));
}

std::string schema_markdown() {
  std::string page =
      "# Configuration reference\n\n"
      "Printed by `edgebert-sim config --markdown`. A file begins with `version: 1`; every key has a "
      "default, the\n"
      "paper's SoC. Numbers may carry a unit of their kind (`128 KiB`, `1 GHz`, `40 ns`); a plain number is "
      "in the\n"
      "base unit. Keys marked (*) change no result and are not part of the config hash. Defaults of "
      "timing.* are\nthose of timing.preset at n = 16; some change with n (ip/pu/product_cost.hpp).\n\n"
      "Sources: \"figure\" is the accelerator figure of the public EdgeBERT repository (MICRO 2021), "
      "\"published "
      "model\"\nits SystemC code, \"chip\" Tambe et al., ISSCC 2023, paper 22.9. An \"assumption\" is ours: "
      "no public "
      "source\ngives the number.\n\n"
      "| key | default | accepts | what it is | source of the default |\n|---|---|---|---|---|\n";
  for (const Key& key : schema()) {
    const std::string value = default_of(key);
    const std::string unit = symbol_of(key.unit);
    page += fmt::format("| `{}`{} | {} | {}{} | {} | {} |\n", key.path,
                        key.influence == Influence::none ? " (*)" : "",
                        value.empty() ? "(empty)" : cell(value), cell(accepted_by(key)),
                        unit.empty() ? "" : "; base unit " + unit, cell(key.description), cell(key.source));
  }
  return page;
}

}  // namespace edgebert::config
