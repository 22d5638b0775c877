// SPDX-License-Identifier: Apache-2.0
// edgebert-sim: the command line. Every failure becomes one line on stderr and the exit code of its kind.
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "contract/error.hpp"
#include "platform/config/schema.hpp"
#include "platform/config/text.hpp"
#include "sim/arguments.hpp"
#include "sim/checkpoint_arguments.hpp"
#include "sim/command_line.hpp"
#include "sim/commands.hpp"
#include "sim/exit_codes.hpp"
#include "sim/instrument_arguments.hpp"
#include "sim/registers.hpp"
#include "sim/run_inputs.hpp"
#include "sim/run_report.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {
namespace {

int fail(Failure failure, const std::string& message) {
  print_error(fmt::format("edgebert-sim: {}\n", printable(message)));
  return exit_code_of(failure);
}

/// The YAML file of a command: the user's, or a shipped one by its name.
template <typename Path>
CLI::Option* add_config_file(CLI::App& command, Path& file, const char* meaning = "YAML configuration",
                             const char* name = "CONFIG") {
  const auto find = [](std::string& given) {
    given = config_file_for(given).string();
    return std::string();
  };
  return command.add_option(name, file, meaning)->transform(CLI::Validator(find, ""));
}

/// The sentences a run reads.
void add_sentences(CLI::App& command, RunOptions& options) {
  command.add_option("--text", options.text, "one sentence")->type_name("TEXT");
  command.add_option("--file", options.file, "a text file, one sentence a line")->type_name("FILE");
  command.add_option("--dataset", options.data_set, "sentence<TAB>label[<TAB>task] with a header line")
      ->type_name("TSV");
  command.add_option("--limit", options.limit, "only the first sentences of the data set")
      ->check(whole_number(1))
      ->type_name("N");
  command.add_option("--task", options.task, "of a model of several, unless the data set has a column task")
      ->type_name("NAME");
}

/// --set may be repeated and takes one argument each time.
void add_overrides(CLI::App& command, std::vector<std::string>& overrides) {
  command.add_option("--set", overrides, "override a value of the configuration: key.path=value")
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
}

void add_run(CLI::App& app, RunOptions& options, int& code) {
  CLI::App* command = app.add_subcommand("run", "run sentences on the platform");
  add_config_file(*command, options.config)->required();
  add_sentences(*command, options);
  command->add_option("--model", options.model, "model image instead of the configuration's")
      ->type_name("IMAGE");
  command->add_option("--firmware", options.firmware, "firmware instead of the configuration's")
      ->type_name("ELF");
  add_overrides(*command, options.overrides);
  command->add_flag("--check", options.check, "compare every tensor with the golden model, bit by bit")
      ->disable_flag_override();
  command->add_flag("--operators", options.operators, "show cycles, MAC/cycle and the limit of each operator")
      ->disable_flag_override();
  command->add_option("--golden-cache", options.golden_cache, "folder where --check keeps golden's answers")
      ->type_name("DIR");
  command
      ->add_option("--json", options.json, "report as JSON to a file, or to stdout (-) instead of the text")
      ->type_name("FILE|-");
  add_instruments(*command, options);
  command->callback([&] { code = run(options); });
}

void add_sweep(CLI::App& app, SweepOptions& options, int& code) {
  CLI::App* command =
      app.add_subcommand("sweep", "run every combination of some values of the configuration");
  add_config_file(*command, options.point.config)->required();
  command
      ->add_option("--set", options.point.overrides,
                   "values of a key of the configuration: key.path=value,value... or first..last")
      ->allow_extra_args(false)
      ->required()
      ->type_name("KEY=VALUE,...");
  add_sentences(*command, options.point);
  command->add_option("--model", options.point.model, "model image instead of the configuration's")
      ->type_name("IMAGE");
  command->add_flag("--check", options.point.check, "compare every tensor with the golden model, bit by bit")
      ->disable_flag_override();
  command
      ->add_option("--golden-cache", options.point.golden_cache,
                   "folder where --check keeps golden's answers")
      ->type_name("DIR");
  command->add_option("--out", options.output, "folder for the points and the tables")
      ->required()
      ->type_name("DIR");
  command->add_option("--jobs", options.jobs, "points at a time, otherwise as many as there are cores")
      ->check(whole_number(1))
      ->type_name("N");
  command->add_option("--timeout", options.timeout, "wall time for a point")
      ->check(CLI::PositiveNumber)
      ->type_name("SECONDS");
  add_choice<LauncherKind>(*command, "--launcher", options.launcher,
                           {{"local", LauncherKind::local}, {"slurm", LauncherKind::slurm}},
                           "processes on this machine or a Slurm job array; local otherwise");
  command->callback([&] { code = sweep(options); });
}

/// What a Slurm task runs; not for people.
void add_sweep_point(CLI::App& app, std::filesystem::path& folder, int& code) {
  CLI::App* command = app.add_subcommand("sweep-point", "run one point of a sweep")->group("");
  command->add_option("FOLDER", folder)->required();
  command->callback([&] { code = sweep_point(folder); });
}

void add_replay_vectors(CLI::App& app, ReplayOptions& options, int& code) {
  CLI::App* command =
      app.add_subcommand("replay-vectors", "play recorded cases on single units of the accelerator");
  add_config_file(*command, options.config)->required();
  command->add_option("FILE", options.file, "cases, one JSON object a line (docs/vectors.md)")
      ->required()
      ->type_name("JSONL");
  add_overrides(*command, options.overrides);
  command
      ->add_option("--json", options.json, "report as JSON to a file, or to stdout (-) instead of the text")
      ->type_name("FILE|-");
  command->callback([&] { code = replay_vectors(options); });
}

void add_replay_entropies(CLI::App& app, ReplayEntropiesOptions& options, int& code) {
  CLI::App* command =
      app.add_subcommand("replay-entropies", "firmware's exit decisions on recorded entropies");
  add_config_file(*command, options.config)->required();
  command
      ->add_option("--entropies", options.entropies,
                   "comma-separated nats, one sentence a line, one column a layer")
      ->required()
      ->type_name("FILE");
  command->add_option("--lut", options.table, "exit table instead of exit.predictor")->type_name("CSV");
  command->add_option("--predict-layer", options.predict_layer, "instead of exit.predict_layer")
      ->type_name("K");
  command->add_option("--threshold", options.threshold, "nats, instead of exit.threshold")->type_name("T");
  command->add_option("--policy", options.policy, "instead of exit.policy")->type_name("NAME");
  command->add_option("--deadline", options.deadline, "instead of exit.deadline, e.g. 50ms")
      ->type_name("TIME");
  command->add_option("--classes", options.classes, "of the recorded task instead of the model's")
      ->check(CLI::Range(2, 64))
      ->type_name("N");
  command->add_option("--limit", options.limit, "only the first sentences")
      ->check(whole_number(1))
      ->type_name("N");
  command->add_option("--model", options.model, "model image instead of the configuration's")
      ->type_name("IMAGE");
  command->add_option("--firmware", options.firmware, "firmware instead of the configuration's")
      ->type_name("ELF");
  add_overrides(*command, options.overrides);
  command
      ->add_option("--json", options.json, "report as JSON to a file, or to stdout (-) instead of the text")
      ->type_name("FILE|-");
  command->callback([&] { code = replay_entropies(options); });
}

void add_study(CLI::App& app, StudyOptions& options, int& code) {
  CLI::App* command = app.add_subcommand("study", "a published result beside this platform's");
  command->add_option("NAME", options.name, "one of: " + study_names())->required();
  add_config_file(*command, options.config, "YAML configuration instead of the study's", "--config")
      ->type_name("FILE");
  add_overrides(*command, options.overrides);
  command->add_option("--out", options.output, "folder that keeps models and runs")->type_name("DIR");
  command->add_option("--jobs", options.jobs, "runs at a time, otherwise as many as there are cores")
      ->check(whole_number(1))
      ->type_name("N");
  command->add_flag("--quick", options.quick, "a small network instead of ALBERT-base")
      ->disable_flag_override();
  command
      ->add_option("--json", options.json, "report as JSON to a file, or to stdout (-) instead of the text")
      ->type_name("FILE|-");
  command->callback([&] { code = study(options); });
}

void add_report(CLI::App& app, ReportOptions& options, int& code) {
  CLI::App* command = app.add_subcommand("report", "runs and sweeps as a page for a browser");
  command
      ->add_option("RUN|SWEEP", options.inputs,
                   "JSON of run --json, or the folder of a sweep or of its point")
      ->required();
  command->add_option("-o,--output", options.output, "the page")->required()->type_name("HTML");
  command->callback([&] { code = report(options); });
}

void add_compare(CLI::App& app, CompareOptions& options, int& code) {
  CLI::App* command = app.add_subcommand("compare", "what differs between two runs, and why");
  command->add_option("A", options.a, "JSON of run --json, or the folder of a sweep's point")->required();
  command->add_option("B", options.b, "the same of the run it is compared with")->required();
  command
      ->add_option("--json", options.json, "report as JSON to a file, or to stdout (-) instead of the text")
      ->type_name("FILE|-");
  command->add_option("--html", options.html, "report as a page for a browser")->type_name("FILE");
  command->callback([&] { code = compare(options); });
}

struct CalibrateOptions {
  std::optional<std::filesystem::path> file;
  std::vector<std::string> overrides;
};

void add_calibrate(CLI::App& app, CalibrateOptions& options, int& code) {
  CLI::App* command = app.add_subcommand("calibrate", "print the timing model beside everything known of it");
  add_config_file(*command, options.file, "compare this configuration's constants, not the presets'");
  add_overrides(*command, options.overrides);
  command->callback([&] { code = calibrate(options.file, options.overrides); });
}

struct ConfigOptions {
  std::filesystem::path file;
  std::vector<std::string> overrides;
  bool markdown = false;
};

void add_config(CLI::App& app, ConfigOptions& options, int& code) {
  CLI::App* command = app.add_subcommand("config", "show a configuration's values, their origin and meaning");
  add_config_file(*command, options.file);
  add_overrides(*command, options.overrides);
  command->add_flag("--markdown", options.markdown, "print the reference of all keys instead")
      ->disable_flag_override();
  command->callback([&] {
    if (options.markdown == !options.file.empty())
      throw Error(Failure::usage, "config: give a CONFIG or --markdown");
    if (options.markdown) {
      print(config::schema_markdown());
    } else {
      code = show_config(options.file, options.overrides);
    }
  });
}

void add_registers(CLI::App& app, bool& markdown) {
  CLI::App* command = app.add_subcommand("registers", "print the address map and all registers");
  command->add_flag("--markdown", markdown, "as Markdown, which is the only form")->disable_flag_override();
  command->callback([] { print(registers_markdown()); });
}

constexpr const char* files_help =
    "../share/edgebert, beside the folder of the program: configurations, the model image and the firmware "
    "they name, energy "
    "and exit tables. A CONFIG that is no file is looked for there.";

std::string completion_for(const std::string& shell, const ProgramText& program) {
  std::vector<std::string> keys;
  for (const config::Key& key : config::schema()) keys.emplace_back(key.path);
  return shell == "zsh" ? zsh_completion(program, keys) : bash_completion(program, keys);
}

int main_of(int argc, char** argv) {
  CLI::App app("Virtual platform of the EdgeBERT SoC", "edgebert-sim");
  app.set_version_flag("--version", fmt::format("edgebert-sim {}", program_version));
  app.footer(exit_codes_help());
  app.require_subcommand(0, 1);
  bool print_exit_codes = false;
  app.add_flag("--exit-codes", print_exit_codes, "print the exit codes as Markdown")->disable_flag_override();
  bool print_man_page = false;
  app.add_flag("--man", print_man_page, "print the manual page, for man -l")->disable_flag_override();
  std::string shell;
  app.add_option("--completion", shell, "print completion for a shell, to be sourced")
      ->check(CLI::IsMember({"bash", "zsh"}))
      ->type_name("SHELL");

  int code = 0;
  RunOptions run_options;
  SweepOptions sweep_options;
  std::filesystem::path point_folder;
  CompileOptions compile_options;
  QuantizeReportOptions quantize_report_options;
  GenerateOptions generate_options;
  ReplayOptions replay_options;
  ReplayEntropiesOptions replay_entropies_options;
  StudyOptions study_options;
  ReportOptions report_options;
  CompareOptions compare_options;
  CalibrateOptions calibrate_options;
  ConfigOptions config_options;
  bool markdown = false;
  add_run(app, run_options, code);
  add_sweep(app, sweep_options, code);
  add_sweep_point(app, point_folder, code);
  add_compile(app, compile_options, code);
  add_quantize_report(app, quantize_report_options, code);
  add_generate(app, generate_options, code);
  add_replay_vectors(app, replay_options, code);
  add_replay_entropies(app, replay_entropies_options, code);
  add_study(app, study_options, code);
  add_report(app, report_options, code);
  add_compare(app, compare_options, code);
  add_calibrate(app, calibrate_options, code);
  add_config(app, config_options, code);
  add_registers(app, markdown);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) {  // --help and --version
      std::ostringstream text;
      app.exit(problem, text, text);
      print(text.str());
      return 0;
    }
    return fail(Failure::usage, fmt::format("{}; see --help", problem.what()));
  }
  if (print_exit_codes) {
    print(exit_codes_markdown());
  } else if (print_man_page) {
    print(man_page(describe(app, program_version), files_help));
  } else if (!shell.empty()) {
    print(completion_for(shell, describe(app, program_version)));
  } else if (app.get_subcommands().empty()) {
    return fail(Failure::usage,
                "give a command: run, sweep, compile, quantize-report, generate, replay-vectors, "
                "replay-entropies, study, "
                "report, compare, calibrate, config or registers; see --help");
  }
  return code;
}

}  // namespace
}  // namespace edgebert::sim

int main(int argc, char** argv) {
  using namespace edgebert;
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is a write error like a full disk
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  try {
    return sim::main_of(argc, argv);
  } catch (const Error& error) {
    return sim::fail(error.failure(), error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    return sim::fail(Failure::input, error.what());
  } catch (const std::bad_alloc&) {
    return sim::fail(Failure::internal, "the host's memory does not suffice");
  } catch (const std::exception& error) {
    return sim::fail(Failure::internal, error.what());
  }
}
