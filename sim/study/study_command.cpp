// SPDX-License-Identifier: Apache-2.0
// edgebert-sim study: a published result, on this platform.
#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "contract/error.hpp"
#include "platform/config/text.hpp"
#include "sim/commands.hpp"
#include "sim/inputs.hpp"
#include "sim/study/studies.hpp"
#include "sim/study/study_report.hpp"

namespace edgebert::sim {
namespace {

const Study& study_of(const std::string& name) {
  const auto found = std::ranges::find(studies(), name, [](const Study& study) { return study.name; });
  if (found != studies().end()) return *found;
  std::string names;
  for (const Study& study : studies()) names += fmt::format("{}{}", names.empty() ? "" : ", ", study.name);
  throw Error(Failure::usage, fmt::format("study: there is no '{}'; studies are {}", printable(name), names));
}

}  // namespace

int study(const StudyOptions& options) {
  const Study& study = study_of(options.name);
  const std::filesystem::path config = options.config ? *options.config : StudyRuns::file(study.config);
  if (options.json && *options.json != "-") check_output(*options.json, {config});
  StudyRuns runs(options, config);
  runs.soc();  // a wrong configuration is refused before anything is made
  StudyReport report{
      study.name,        study.question, options.config ? options.config->string() : study.config,
      options.overrides, options.quick,  study.tables(runs),
      runs.done()};
  write_reports(
      options.json, options.json ? json_of(report) : "",
      options.json == "-" ? "" : text_of(report, style_of(STDOUT_FILENO), page_width(STDOUT_FILENO)));
  return 0;
}

}  // namespace edgebert::sim
