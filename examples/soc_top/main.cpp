// SPDX-License-Identifier: Apache-2.0
// A SystemC top of your own around the SoC: built from a YAML configuration, with the shipped model and
// firmware, and a host of yours that posts a sentence and waits for the answer.
//
//   soc_top CONFIG.yaml MODEL.image FIRMWARE.elf "a sentence"
//
// Whoever only wants answers needs no top: edgebert::Platform (platform/platform.hpp) is this and more,
// without SystemC in its interface.
#include <cstdio>
#include <string>

#include "model/tokenizer.hpp"
#include "platform/config/loader.hpp"
#include "platform/firmware_loader.hpp"
#include "platform/model_loader.hpp"
#include "platform/simulation_kernel.hpp"
#include "platform/soc.hpp"

using namespace edgebert;

namespace {

/// One job as firmware takes it: contract/mailbox.hpp.
mailbox::Job job_for(const SocConfig& config, const ModelDescriptor& model, const model::Encoding& sentence) {
  mailbox::Job job{};
  job.kind = mailbox::JobKind::classify;
  job.number = 1;
  job.tokens = static_cast<std::uint32_t>(sentence.ids.size());
  job.padded_tokens = config.sequence.pad == SequencePad::full ? model.sequence : job.tokens;
  job.first_segment = sentence.first_segment;
  job.exit_policy = mailbox::ExitPolicy::ee;
  job.exit_threshold = exit_threshold_word(config);
  job.core_frequency = static_cast<std::uint32_t>(config.clocks.core_hz / 1000);
  std::copy(sentence.ids.begin(), sentence.ids.end(), job.token_ids);
  return job;
}

/// The SoC and, beside it, a host. Add modules of your own, map them on `soc.bus`, tie their interrupts to
/// `soc.interrupt_controller`: docs/add_a_unit.md.
class Top : public sc_core::sc_module {
 public:
  Soc soc;
  Cycles cycles = 0;  ///< of the accelerator, from the job's arrival to the answer

  Top(sc_core::sc_module_name name, const SocConfig& config, const mailbox::Job& job)
      : sc_module(name), soc("soc", config), job_(job) {
    soc.cpu.on_idle([this] { idle_.notify(); });
    soc.mailbox.on_answer([this] { answered_.notify(); });
    SC_HAS_PROCESS(Top);
    SC_THREAD(host);
  }

 private:
  void host() {
    wait(idle_);  // firmware has booted and sleeps
    const sc_core::sc_time arrival = sc_core::sc_time_stamp();
    soc.mailbox.post(job_);
    wait(answered_);
    const ClockDomain& clock = soc.accelerator_clock;
    cycles = clock.domain_cycles(clock.domain_time(soc.mailbox.answer_time()) - clock.domain_time(arrival));
    sc_core::sc_stop();
  }

  const mailbox::Job job_;
  sc_core::sc_event idle_{"idle"};
  sc_core::sc_event answered_{"answered"};
};

}  // namespace

int sc_main(int argc, char** argv) try {
  if (argc != 5) {
    std::fprintf(stderr, "usage: soc_top CONFIG.yaml MODEL.image FIRMWARE.elf TEXT\n");
    return 2;
  }
  prepare_kernel();
  const SocConfig config = config::load(argv[1]).soc;
  const ModelImage image = ModelImage::read(argv[2]);
  const rv32::ElfFile firmware = rv32::ElfFile::load(argv[3]);
  const model::Encoding sentence = model::Tokenizer(image).encode(argv[4], image.descriptor().sequence);

  Top top("top", config, job_for(config, image.descriptor(), sentence));
  load_model(image, config.embedding.store, top.soc);
  load_firmware(firmware, top.soc);
  sc_core::sc_start();

  const mailbox::Result& result = top.soc.mailbox.result();
  std::printf("%s behind layer %u, %llu accelerator cycles\n",
              image.tasks().front().labels[result.prediction].c_str(), result.exit_layer,
              static_cast<unsigned long long>(top.cycles));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "soc_top: %s\n", error.what());
  return 1;
}
