// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "platform/debug/gdb_server.hpp"
#include "platform/energy/energy_account.hpp"
#include "platform/energy/soc_size.hpp"
#include "platform/fault_injection.hpp"
#include "platform/firmware_loader.hpp"
#include "platform/instrumentation.hpp"
#include "platform/model_loader.hpp"
#include "platform/operator_table.hpp"
#include "platform/simulation_kernel.hpp"
#include "platform/soc.hpp"
#include "platform/wait_report.hpp"

namespace edgebert {
namespace {

using sc_core::sc_time;
using Clock = std::chrono::steady_clock;

/// Boot ends when firmware first waits, at the latest after this.
constexpr double boot_seconds = 10e-3;
constexpr unsigned runs_between_clock_readings = 1024;

std::vector<UnitReport> snapshot(Soc& soc) {
  const ClockDomain& clock = soc.accelerator_clock;
  std::vector<UnitReport> reports = {
      {"accelerator",
       0,
       clock.domain_cycles(soc.accelerator.activity.busy()),
       {},
       {{"overlapped_cycles", clock.domain_cycles(soc.accelerator.activity.overlapped())}}}};
  for (const auto& [name, unit] : soc.accelerator.units()) {
    reports.push_back({name, unit->total_commands(), unit->total_busy_cycles(), unit->total_stalls(),
                       unit->counters.all()});
  }
  for (const Memory* memory : {&soc.system_sram, &soc.weight_memory, static_cast<Memory*>(&soc.envm)}) {
    reports.push_back({memory->basename(), 0, 0, {}, memory->counters(), false});
  }
  reports.push_back({"bus",
                     0,
                     0,
                     {},
                     {{"core_accesses", soc.bus.core_accesses()}, {"dma_beats", soc.bus.dma_beats()}},
                     false});
  return reports;
}

std::vector<UnitReport> difference(std::vector<UnitReport> after, const std::vector<UnitReport>& before) {
  for (std::size_t i = 0; i < after.size(); ++i) {
    after[i].commands -= before[i].commands;
    after[i].busy_cycles -= before[i].busy_cycles;
    after[i].stalls -= before[i].stalls;
    for (auto& [name, value] : after[i].counters) {
      const auto earlier = before[i].counters.find(name);
      if (earlier != before[i].counters.end()) value -= earlier->second;
    }
  }
  return after;
}

/// What a unit's own clock says of the domain time since reset.
struct Elapsed {
  sc_time in_commands, idle;
};

std::vector<Elapsed> elapsed(Soc& soc) {
  std::vector<Elapsed> times;
  for (const auto& [name, unit] : soc.accelerator.units())
    times.push_back({unit->time_in_commands(), unit->time_idle()});
  return times;
}

/// Nothing is lost and nothing counted twice: each unit's cycles at work, waiting and idle are all cycles.
void check_conservation(Soc& soc, const std::vector<Elapsed>& before, const std::vector<UnitReport>& reports,
                        const sc_time& took) {
  const std::vector<Elapsed> after = elapsed(soc);
  std::size_t index = 0;
  for (const auto& [name, unit] : soc.accelerator.units()) {
    const sc_time in_commands = after[index].in_commands - before[index].in_commands;
    const sc_time idle = after[index].idle - before[index].idle;
    ++index;
    const auto report = std::ranges::find(reports, std::string_view(name), &UnitReport::unit);
    const std::uint64_t counted = report->busy_cycles + report->stalls.total();
    const bool complete = unit->busy() || in_commands == soc.accelerator_clock.domain_time_of(counted);
    if (in_commands + idle == took && complete) continue;
    throw Error(
        Failure::internal,
        fmt::format(
            "cannot account for the time of {}: {} busy and {} stalled cycles, {} in commands, {} idle "
            "of {}",
            name, report->busy_cycles, report->stalls.total(), in_commands.to_string(), idle.to_string(),
            took.to_string()));
  }
}

/// Whether firmware's answer can be the answer to a job: a phrase that says why not, empty if it can.
std::string what_is_wrong(const mailbox::Result& result, const mailbox::Job& job,
                          const ModelDescriptor& model) {
  if (result.number != job.number) return fmt::format("job {} instead of job {}", result.number, job.number);
  if (result.classes != model.classes)
    return fmt::format("with {} classes, but the model has {}", result.classes, model.classes);
  if (result.prediction >= model.classes)
    return fmt::format("with class {}, but the model has {}", result.prediction, model.classes);
  if (result.exit_layer == 0 || result.exit_layer > model.layers)
    return fmt::format("with exit layer {}, but the model has {} layers", result.exit_layer, model.layers);
  if (result.layers != result.exit_layer)
    return fmt::format("with {} entropies for exit layer {}", result.layers, result.exit_layer);
  return "";
}

/// Passes commands on to several: one observer a unit is all it costs.
class CommandLog : public CommandObserver {
 public:
  void add(CommandObserver& observer) { observers_.push_back(&observer); }
  void begin(const Command& command) override {
    for (CommandObserver* each : observers_) each->begin(command);
  }
  void claimed(const Command& command) override {
    for (CommandObserver* each : observers_) each->claimed(command);
  }
  void end(const Command& command, const Completion& completion) override {
    for (CommandObserver* each : observers_) each->end(command, completion);
  }

 private:
  std::vector<CommandObserver*> observers_;
};

}  // namespace

struct Platform::State {
  SocConfig config;
  rv32::ElfFile firmware;
  std::vector<Task> tasks;  ///< of the image
  mailbox::TablePlace predictor{};
  std::unique_ptr<Soc> soc;
  std::unique_ptr<OperatorTable> operators;
  FaultReport faults{};
  std::vector<MemoryUse> loaded{};
  std::optional<energy::EnergyTable> energy_table{};
  std::unique_ptr<EnergyAccount> energy{};  ///< nothing without a table
  CommandLog commands{};
  Instruments instruments{};
  Connections connections{};
  Clock::time_point wall_start = Clock::now();
  unsigned runs = 0;
  std::uint32_t jobs = 0;
  bool wall_limit_reached = false;
  bool booting = true;
  /// Where the present wait ends. As an event of the kernel it is something to advance to, and the core does
  /// not run past it.
  std::unique_ptr<sc_core::sc_event> deadline = std::make_unique<sc_core::sc_event>("deadline");

  void watch_wall_clock() {
    if (++runs % runs_between_clock_readings != 0) return;
    double used = std::chrono::duration<double>(Clock::now() - wall_start).count();
    if (instruments.debugger != nullptr) used -= instruments.debugger->stopped_seconds();
    if (used < config.limits.wall_seconds) return;
    wall_limit_reached = true;
    sc_core::sc_pause();
  }

  /// A debugger may look first.
  [[noreturn]] void fail(Failure failure, const std::string& message) const {
    if (instruments.debugger != nullptr) instruments.debugger->failed(message);
    throw Error(failure, message);
  }

  [[noreturn]] void time_out(const std::string& attempt, const std::string& why) const {
    fail(Failure::timeout, fmt::format("{}: {}: {}", attempt, why, wait_report(*soc, firmware)));
  }

  /// Throws if firmware has ended.
  void check_running(const std::string& attempt) const {
    if (!soc->exit_device.code()) return;
    std::string why = failure_text(soc->mailbox.result().failure, firmware);
    if (const auto& fault = soc->bus.last_fault()) why += "; " + fault_text(*fault);
    // A model that firmware finds too big is not firmware's failure.
    const bool too_big = soc->mailbox.result().failure.code == mailbox::FailureCode::does_not_fit;
    fail(too_big ? Failure::capacity : Failure::firmware,
         fmt::format("{}: firmware {} ended with code {}: {}", attempt, firmware.name(),
                     *soc->exit_device.code(), why));
  }

  /// Simulates until `done` or until simulated time `end`. @return done()
  template <typename Done>
  bool run_until(const std::string& attempt, const sc_time& end, Done done) {
    deadline->notify(end - sc_core::sc_time_stamp());
    while (!done() && sc_core::sc_time_stamp() < end) {
      if (wall_limit_reached) {
        time_out(attempt, fmt::format("no answer within the wall-time limit of {} s (limits.wall_time)",
                                      config.limits.wall_seconds));
      }
      sc_core::sc_start(end - sc_core::sc_time_stamp(), sc_core::SC_EXIT_ON_STARVATION);
      if (instruments.debugger != nullptr && instruments.debugger->killed())
        throw Error(Failure::interrupted, attempt + ": ended by the debugger");
    }
    deadline->cancel();
    if (!done() && !sc_core::sc_pending_activity()) time_out(attempt, "nothing will ever happen again");
    return done();
  }

  /// The same with the limit a sentence has.
  template <typename Done>
  void run_sentence(const std::string& attempt, Done done) {
    const sc_time now = sc_core::sc_time_stamp();
    const double left = (sc_core::sc_max_time() - now).to_seconds();
    const sc_time limit(std::min(config.limits.simulated_seconds, left / 2), sc_core::SC_SEC);
    if (run_until(attempt, now + limit, done)) return;
    time_out(attempt, fmt::format("no answer within {} s of simulated time (limits.simulated_time)",
                                  config.limits.simulated_seconds));
  }
};

Platform::Platform(const SocConfig& config, const ModelImage& image, const rv32::ElfFile& firmware,
                   const ExitPredictor& predictor, const energy::EnergyTable* energy,
                   const Instruments& instruments) {
  prepare_kernel();
  state_ = std::make_unique<State>(State{.config = config,
                                         .firmware = firmware,
                                         .tasks = image.tasks(),
                                         .soc = std::make_unique<Soc>("soc", config),
                                         .operators = nullptr});
  State& state = *state_;
  Soc& soc = *state.soc;
  state.operators = std::make_unique<OperatorTable>(image.descriptor().layers, soc.accelerator_clock);
  state.commands.add(*state.operators);
  if (energy != nullptr) {
    state.energy_table = energy::with_dvfs_rows(*energy, state.config);
    state.energy = std::make_unique<EnergyAccount>(*state.energy_table, state.config, soc,
                                                   state.tasks[0].descriptor.layers);
    state.commands.add(*state.energy);
  }
  for (const auto& [name, unit] : soc.accelerator.units()) unit->command_observer = &state.commands;
  const std::uint64_t free = load_model(image, config.embedding.store, soc);
  state.predictor = load_predictor(predictor, free, soc);
  load_firmware(firmware, soc);
  state.faults = inject_faults(image, config, soc);
  state.loaded = loaded_memories(config, image, predictor, firmware);
  state.instruments = instruments;
  state.connections = connect(state.instruments, state.firmware, soc);
  if (state.connections.probe) state.commands.add(*state.connections.probe);
  soc.cpu.on_quantum([&state] { state.watch_wall_clock(); });
  soc.cpu.on_idle([&state] {
    if (state.booting) sc_core::sc_pause();
    state.booting = false;
  });
  soc.exit_device.on_exit([&soc] {
    soc.console.end_line(soc.cpu.local_time());
    soc.cpu.stop_run();
    sc_core::sc_pause();
  });
  soc.mailbox.on_answer([&soc] {
    soc.cpu.yield();
    sc_core::sc_pause();
  });
  state.run_until("boot", sc_time(boot_seconds, sc_core::SC_SEC),
                  [&] { return !state.booting || soc.exit_device.code(); });
  state.booting = false;
  state.check_running("boot");
}

Platform::~Platform() = default;

const FaultReport& Platform::faults() const {
  return state_->faults;
}

std::vector<MemoryUse> Platform::memories() const {
  return with_traffic(state_->loaded, *state_->soc);
}

void Platform::on_tile(const TileObserver& observer) {
  for (const auto& [name, unit] : state_->soc->accelerator.units()) unit->observer = observer;
}

/// What every job says of the policy and its deadline.
mailbox::Job Platform::new_job(mailbox::JobKind kind) {
  State& state = *state_;
  const SocConfig& config = state.config;
  mailbox::Job job{};
  job.kind = kind;
  job.number = ++state.jobs;
  job.exit_threshold = exit_threshold_word(config);
  job.exit_policy = config.exit.policy;
  job.predict_layer = config.exit.predict_layer;
  job.predictor = state.predictor;
  job.core_frequency = static_cast<std::uint32_t>(config.clocks.core_hz / 1000);
  const auto deadline =
      static_cast<std::uint64_t>(std::floor(config.exit.deadline_seconds * config.clocks.core_hz));
  job.deadline_low = static_cast<std::uint32_t>(deadline);
  job.deadline_high = static_cast<std::uint32_t>(deadline >> 32);
  return job;
}

SentenceResult Platform::classify(std::span<const std::uint16_t> token_ids, std::uint32_t first_segment,
                                  std::size_t task) {
  const State& state = *state_;
  const std::uint32_t sequence = state.tasks[0].descriptor.sequence;
  if (token_ids.empty() || token_ids.size() > sequence) {
    throw Error(Failure::input, fmt::format("cannot classify {} tokens: the model takes 1 to {}",
                                            token_ids.size(), sequence));
  }
  mailbox::Job job = new_job(mailbox::JobKind::classify);
  if (task >= state.tasks.size()) {
    throw Error(Failure::input, fmt::format("cannot classify a sentence of task {}: the model has {}", task,
                                            state.tasks.size()));
  }
  job.task = static_cast<std::uint16_t>(task);
  job.tokens = static_cast<std::uint32_t>(token_ids.size());
  job.padded_tokens = state.config.sequence.pad == SequencePad::full ? sequence : job.tokens;
  job.first_segment = first_segment;
  std::copy(token_ids.begin(), token_ids.end(), job.token_ids);
  return run_job(job);
}

namespace {

/// Leaves behind the first layer, whatever its entropy.
void time_first_layer(mailbox::Job& job, std::uint32_t kilohertz) {
  job.exit_policy = mailbox::ExitPolicy::ee;
  job.exit_threshold = ~0u;
  job.fixed_frequency = kilohertz;
  job.deadline_low = job.deadline_high = 0;
}

}  // namespace

/// A sentence as long as the model takes. Different words: the gather of their embeddings is part of the
/// time.
mailbox::Job Platform::full_length_job() {
  const ModelDescriptor& model = state_->tasks[0].descriptor;
  mailbox::Job job = new_job(mailbox::JobKind::classify);
  job.tokens = job.padded_tokens = job.first_segment = model.sequence;
  for (std::uint32_t token = 0; token < job.tokens; ++token)
    job.token_ids[token] = static_cast<std::uint16_t>(std::uint64_t{token} * model.vocabulary / job.tokens);
  return job;
}

SentenceResult Platform::time_layer(std::uint32_t kilohertz) {
  mailbox::Job job = full_length_job();
  time_first_layer(job, kilohertz);
  return run_job(job);
}

SentenceResult Platform::time_all_layers() {
  mailbox::Job job = full_length_job();
  job.exit_policy = mailbox::ExitPolicy::base;
  job.deadline_low = job.deadline_high = 0;
  return run_job(job);
}

SentenceResult Platform::time_replayed_layer(std::uint32_t kilohertz, const mailbox::Replay& recorded) {
  mailbox::Job job = new_job(mailbox::JobKind::replay);
  job.replay = recorded;
  time_first_layer(job, kilohertz);
  return run_job(job);
}

ReplayOutcome Platform::replay(const mailbox::Replay& recorded) {
  mailbox::Job job = new_job(mailbox::JobKind::replay);
  job.replay = recorded;
  ReplayOutcome outcome{run_job(job), std::nullopt};
  const mailbox::Failure& failure = outcome.sentence.result.failure;
  if (failure.code == mailbox::FailureCode::no_replay_point) outcome.missing_frequency = failure.detail;
  return outcome;
}

SentenceResult Platform::run_job(const mailbox::Job& job) {
  State& state = *state_;
  Soc& soc = *state.soc;
  const std::string attempt = fmt::format("sentence {}", job.number);
  const auto before = snapshot(soc);
  const std::vector<Elapsed> elapsed_before = elapsed(soc);
  const std::uint64_t instructions = soc.cpu.core().instructions();
  const sc_time start = sc_core::sc_time_stamp();
  ClockDomain& clock = soc.accelerator_clock;
  clock.forget_before(start);
  const sc_time domain_start = clock.domain_time(start);
  soc.weight_memory.settle();
  state.operators->restart(start);
  if (state.energy) state.energy->restart(start);
  if (state.connections.probe) state.connections.probe->sentence_begins(start);
  soc.mailbox.post(job);
  state.run_sentence(attempt, [&] { return soc.mailbox.answered() || soc.exit_device.code(); });
  state.check_running(attempt);

  const sc_time took = soc.mailbox.answer_time() - start;
  const mailbox::Result& result = soc.mailbox.result();
  if (result.failure.code == mailbox::FailureCode::no_replay_point) return {.result = result};
  if (result.failure.code != mailbox::FailureCode::none) {
    throw Error(Failure::firmware,
                fmt::format("{}: firmware {} refused it: {}", attempt, state.firmware.name(),
                            failure_text(result.failure, state.firmware)));
  }
  if (const std::string wrong = what_is_wrong(result, job, state.tasks.at(job.task).descriptor);
      !wrong.empty()) {
    throw Error(Failure::firmware,
                fmt::format("{}: firmware {} answered {}", attempt, state.firmware.name(), wrong));
  }
  SentenceResult sentence{result,
                          clock.domain_cycles(clock.domain_time(soc.mailbox.answer_time()) - domain_start),
                          took.to_seconds(),
                          soc.cpu.core().instructions() - instructions,
                          difference(snapshot(soc), before),
                          state.operators->report(soc.mailbox.answer_time()),
                          false,
                          {}};
  if (state.energy)
    sentence.energy = state.energy->finish(soc.mailbox.answer_time(), sc_core::sc_time_stamp());
  if (state.connections.probe)
    state.connections.probe->sentence_ends(soc.mailbox.answer_time(), sentence.energy.trace);
  check_conservation(soc, elapsed_before, sentence.units,
                     clock.domain_time(sc_core::sc_time_stamp()) - domain_start);
  for (const UnitReport& unit : sentence.units) {
    if (unit.busy_cycles > sentence.cycles) {
      throw Error(Failure::internal, fmt::format("{}: {} was busy {} of {} cycles", attempt, unit.unit,
                                                 unit.busy_cycles, sentence.cycles));
    }
  }
  sentence.deadline_missed = state.config.exit.deadline_seconds != 0 &&
                             took > sc_time(state.config.exit.deadline_seconds, sc_core::SC_SEC);
  return sentence;
}

bool Platform::reports_energy() const {
  return state_->energy != nullptr;
}

energy::EnergyReport Platform::idle_energy(double seconds) {
  return state_->energy ? state_->energy->idle(seconds) : energy::EnergyReport{};
}

void Platform::shut_down() {
  State& state = *state_;
  mailbox::Job job{};
  job.kind = mailbox::JobKind::shut_down;
  job.number = ++state.jobs;
  state.soc->mailbox.post(job);
  state.run_sentence("shut-down", [&] { return state.soc->exit_device.code().has_value(); });
  if (debug::GdbServer* debugger = state.instruments.debugger)
    debugger->exited(static_cast<std::uint8_t>(*state.soc->exit_device.code()));
  if (*state.soc->exit_device.code() != 0) state.check_running("shut-down");
}

void Platform::peek(std::uint64_t address, std::span<std::uint8_t> bytes) {
  const auto [memory, offset] = state_->soc->memory_at(address);
  if (memory == nullptr || bytes.size() > memory->size() - offset) {
    throw Error(Failure::usage,
                fmt::format("cannot read {} bytes at {:#010x}: no memory holds them", bytes.size(), address));
  }
  std::memcpy(bytes.data(), memory->contents().data() + offset, bytes.size());
}

void Platform::poke(std::uint64_t address, std::span<const std::uint8_t> bytes) {
  const auto [memory, offset] = state_->soc->memory_at(address);
  if (memory == nullptr || bytes.size() > memory->size() - offset) {
    throw Error(Failure::usage, fmt::format("cannot write {} bytes at {:#010x}: no memory holds them",
                                            bytes.size(), address));
  }
  std::memcpy(memory->contents().data() + offset, bytes.data(), bytes.size());
  memory->touch();
}

std::uint32_t Platform::accelerator_kilohertz() const {
  return static_cast<std::uint32_t>(std::lround(state_->config.clocks.accelerator_hz / 1000));
}

double Platform::simulated_seconds() const {
  return sc_core::sc_time_stamp().to_seconds();
}

std::uint64_t Platform::instructions() const {
  return state_->soc->cpu.core().instructions();
}

}  // namespace edgebert

/// libsystemc's own main() refers to it. Programs that use Platform bring their main() and elaborate by it; a
/// program with a SystemC top of its own defines its sc_main, which comes before this one.
[[gnu::weak]] int sc_main(int, char**) {
  return 0;
}
