// SPDX-License-Identifier: Apache-2.0
#include "sim/checkpoint_arguments.hpp"

#include "sim/arguments.hpp"

namespace edgebert::sim {
namespace {

void add_bias_rules(CLI::App& command, model::BiasRule& weights, double& percentile) {
  add_choice<model::BiasRule>(
      command, "--bias", weights, {{"max", model::BiasRule::largest}, {"mse", model::BiasRule::least_error}},
      "a tensor's exponent bias by its largest magnitude or by least squared error; max otherwise");
  command
      .add_option("--activation-percentile", percentile,
                  "of the magnitudes of calibration, that activations are to hold; 100 is the largest")
      ->check(CLI::Range(50.0, 100.0))
      ->type_name("PERCENT")
      ->capture_default_str();
}

void add_geometry(CLI::App& command, model::RandomCheckpointOptions& checkpoint) {
  const auto count = [&](const char* name, std::uint32_t& value, const char* meaning) {
    command.add_option(name, value, meaning)->check(whole_number(1))->type_name("N")->capture_default_str();
  };
  count("--hidden", checkpoint.hidden, "features of a token inside the encoder");
  count("--heads", checkpoint.heads, "attention heads");
  count("--intermediate", checkpoint.intermediate, "features inside the feed-forward network");
  count("--embedding", checkpoint.embedding, "features of an embedding");
  count("--vocabulary", checkpoint.vocabulary, "word embeddings, and pieces of the tokenizer");
  count("--layers", checkpoint.layers, "times the encoder layer is applied, each with an off-ramp");
  count("--sequence", checkpoint.sequence, "tokens of a padded sentence");
  count("--classes", checkpoint.classes, "classes of the off-ramps");
  add_choice<Activation>(
      command, "--activation", checkpoint.activation,
      {{"gelu_new", Activation::gelu_new}, {"gelu", Activation::gelu}, {"relu", Activation::relu}},
      "of the feed-forward network, gelu_new otherwise");
}

}  // namespace

void add_compile(CLI::App& app, CompileOptions& options, int& code) {
  CLI::App* command = app.add_subcommand("compile", "turn a checkpoint into a model image");
  command
      ->add_option("--checkpoint", options.checkpoint,
                   "folder with model.safetensors, config.json, spiece.model")
      ->type_name("DIR|FILE");
  command
      ->add_option("--task", options.tasks,
                   "instead, one checkpoint a task; all with the same word embeddings, which are stored once")
      ->allow_extra_args(false)
      ->type_name("NAME=DIR|FILE");
  command->add_option("-o,--output", options.output, "the model image")->required()->type_name("IMAGE");
  command
      ->add_option(
          "--calibration", options.calibration,
          "training sentences that fix the activation formats; calibration.tsv of the checkpoint otherwise")
      ->type_name("TSV|TXT");
  command
      ->add_option("--sequence", options.sequence, "tokens of a padded sentence instead of the checkpoint's")
      ->check(whole_number(1))
      ->type_name("N");
  command
      ->add_option("--embedding-sparsity", options.embedding_sparsity,
                   "prune the word embeddings to this fraction of zeros")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("0...1");
  add_bias_rules(*command, options.weight_bias, options.activation_percentile);
  command->callback([&] { code = compile(options); });
}

void add_quantize_report(CLI::App& app, QuantizeReportOptions& options, int& code) {
  CLI::App* command =
      app.add_subcommand("quantize-report", "what AdaptivFloat of some widths does to a checkpoint");
  command
      ->add_option("--checkpoint", options.checkpoint,
                   "folder with model.safetensors, config.json, spiece.model")
      ->required()
      ->type_name("DIR|FILE");
  command
      ->add_option("--format", options.formats,
                   "width and exponent bits, 4 to 16 and 1 to 5; may be repeated; 8,3 otherwise")
      ->allow_extra_args(false)
      ->type_name("W,E");
  add_bias_rules(*command, options.weight_bias, options.activation_percentile);
  command
      ->add_option("--calibration", options.calibration,
                   "sentences that fix the activation offsets; calibration.tsv of the checkpoint otherwise")
      ->type_name("TSV|TXT");
  command
      ->add_option("--dataset", options.data_set, "labelled sentences to compare answers on; those otherwise")
      ->type_name("TSV");
  command->add_option("--limit", options.limit, "compare answers on the first sentences only")
      ->check(whole_number(1))
      ->type_name("N");
  command
      ->add_option("--json", options.json, "report as JSON to a file, or to stdout (-) instead of the text")
      ->type_name("FILE|-");
  command->callback([&] { code = quantize_report(options); });
}

void add_generate(CLI::App& app, GenerateOptions& options, int& code) {
  CLI::App* command =
      app.add_subcommand("generate", "make a checkpoint of random weights; without options, ALBERT-base");
  model::RandomCheckpointOptions& checkpoint = options.checkpoint;
  command->add_option("-o,--output", options.output, "folder for the checkpoint")
      ->required()
      ->type_name("DIR");
  add_geometry(*command, checkpoint);
  const auto share = [&](const char* name, double& value, const char* meaning) {
    command->add_option(name, value, meaning)->check(CLI::Range(0.0, 1.0))->type_name("0...1");
  };
  share("--embedding-sparsity", checkpoint.embedding_sparsity, "share of zeros in the word embeddings");
  share("--encoder-sparsity", checkpoint.encoder_sparsity, "share of zeros in the encoder's matrices");
  command
      ->add_option("--spans", checkpoint.spans, "attention spans in tokens, one a head; 0: the head is off")
      ->delimiter(',')
      ->check(whole_number(0))
      ->type_name("N,N...");
  add_choice<SpanForm>(*command, "--span-form", checkpoint.span_form,
                       {{"all_keys", SpanForm::all_keys}, {"in_span", SpanForm::in_span}},
                       "softmax over all keys, then masked, or over those in span; all_keys otherwise");
  add_choice<SpanIndex>(*command, "--span-index", checkpoint.span_index,
                        {{"distance", SpanIndex::distance}, {"position", SpanIndex::position}},
                        "keys in span by distance from the query or by position; distance otherwise");
  command->add_option("--span-ramp", checkpoint.span_ramp, "tokens over which a span fades out")
      ->check(whole_number(1))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--seed", checkpoint.seed, "of the random numbers; equal options give equal files")
      ->check(whole_number(0))
      ->type_name("N")
      ->capture_default_str();
  command
      ->add_option("--embedding-seed", checkpoint.embedding_seed,
                   "of the embeddings alone: tasks of one image need the same")
      ->check(whole_number(0))
      ->type_name("N");
  command->callback([&] { code = generate(options); });
}

}  // namespace edgebert::sim
