// SPDX-License-Identifier: Apache-2.0
// What a study finds: our figures beside published ones, each with where it comes from and how far that can
// be trusted. A study runs the program as often as it needs (study_runs.hpp), and never fits a constant to
// hit a published number: a deviation is printed, and explained in one line.
//
// A new study is a file with one function, a line in studies.hpp and a row in studies.cpp.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace edgebert::sim {

inline constexpr const char* study_schema = "edgebert-study-1";

/// How far a published figure can be trusted.
enum class Provenance {
  none,           ///< nothing published stands beside ours
  seen,           ///< read in a public source
  measured,       ///< computed from a public artefact: a log, a table, a figure
  derived,        ///< arithmetic on public figures
  recalled,       ///< remembered from the paper, which was not at hand: a hypothesis
  not_available,  ///< published, but not to be had
};

const char* name_of(Provenance kind);

/// A published figure.
struct Published {
  std::optional<double> value;  ///< in the unit of ours
  Provenance kind = Provenance::none;
  std::string source;
};

struct StudyRow {
  std::string quantity;       ///< "latency"
  std::string configuration;  ///< "n = 16"
  std::optional<double> ours;
  std::string unit;     ///< "ms"; empty for a number without one
  Published published;  ///< nothing by default
  std::string note;     ///< how ours came about, or why it deviates; one line

  /// ours / published - 1; nothing unless both are there.
  std::optional<double> deviation() const;
};

/// Rows that belong together. Without anything published, text shows configurations down and quantities
/// across.
struct StudyTable {
  std::string title;
  std::vector<StudyRow> rows;
  std::vector<std::string> notes;  ///< below the table, one line each

  void add(std::string quantity, std::string configuration, std::optional<double> ours, std::string unit,
           Published published = {}, std::string note = {});
};

/// A run of the program a study rests on.
struct StudyRun {
  std::string name;
  std::string config_hash;
  std::string model_hash;
};

struct StudyReport {
  std::string name;
  std::string question;
  std::string config_file;
  std::vector<std::string> overrides;  ///< as given on the command line
  bool quick = false;                  ///< a small network instead of ALBERT-base
  std::vector<StudyTable> tables;
  std::vector<StudyRun> runs;
};

}  // namespace edgebert::sim
