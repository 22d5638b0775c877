# SPDX-License-Identifier: Apache-2.0
"""The installed program, in an empty folder: finds what it needs below its own prefix; manual page and completion."""
import gzip
import json
import re
import shutil
import unittest

from installed import BUILD, DATA, PREFIX, SENTENCE, SOURCE, InstalledTest, run

SIM = PREFIX / "bin" / "edgebert-sim"
MAN_PAGE = PREFIX / "share" / "man" / "man1" / "edgebert-sim.1.gz"
BASH = PREFIX / "share" / "bash-completion" / "completions" / "edgebert-sim"
ZSH = PREFIX / "share" / "zsh" / "vendor-completions" / "_edgebert-sim"


def commands():
    """Every command with the options its --help names."""
    listed = re.search(r"Subcommands:\n(.*?)\n\n", run(SIM, "--help").stdout, re.S).group(1)
    names = re.findall(r"^  ([a-z-]+) ", listed, re.M)
    return {name: re.findall(r"^  (?:-\w,)?(--[\w-]+)", run(SIM, name, "--help").stdout, re.M) for name in names}


class Program(InstalledTest):
    def test_shipped_configurations_run_by_name(self):
        for config in sorted(path.name for path in (DATA / "configs").glob("*.yaml")):
            with self.subTest(config):
                report = self.report(config)
                self.assertEqual(report["labels"][report["sentences"][0]["prediction"]], "positive")
                self.assertGreater(report["totals"]["energy_joules"], 0)

    def test_it_is_the_program_that_was_built(self):
        installed = self.report("edgebert.yaml")
        built = json.loads(self.succeed(BUILD / "edgebert-sim", "run", SOURCE / "configs" / "edgebert.yaml", "--text", SENTENCE,
                                        "--json", "-"))
        self.assertEqual(installed["sentences"], built["sentences"])
        self.assertEqual(installed["config_hash"], built["config_hash"])

    def test_a_configuration_of_one_s_own_finds_tables_image_and_firmware(self):
        (self.folder / "mine.yaml").write_text(
            "version: 1\nmodel: sst2-small.image\nexit: {policy: lai, predictor: predictors/sst2-small.csv, deadline: 20 ms}\n"
            "energy: {table: energy/edgebert-12nm.yaml}\n")
        report = self.report("mine.yaml")
        self.assertEqual(report["energy"]["table"]["name"], "edgebert-12nm")
        self.assertIsNotNone(report["predictor_hash"])

    def test_a_checkpoint_of_one_s_own(self):
        """docs/README.md: generated, compiled, run, every tensor equal to golden."""
        small = ["--layers", "2", "--hidden", "64", "--heads", "4", "--intermediate", "128", "--embedding", "32", "--vocabulary", "200",
                 "--sequence", "16"]
        self.succeed(SIM, "generate", "-o", "my_albert", *small)
        self.succeed(SIM, "compile", "--checkpoint", "my_albert", "-o", "my.image")
        report = self.report("edgebert.yaml", "--model", "my.image", "--check")
        self.assertEqual(report["totals"]["checks"]["mismatches"], 0)
        self.assertGreater(report["totals"]["checks"]["tensors_compared"], 30)

    def test_studies_find_recorded_entropies_and_the_data_set(self):
        for study in ("early-exit", "envm"):
            self.assertIn(f"{study}  ", self.succeed(SIM, "study", study, "--quick"))

    def test_nothing_names_the_tree_it_was_built_in(self):
        for folder in ("bin", "share"):
            for file in (PREFIX / folder).rglob("*"):
                if file.is_file():
                    self.assertFalse(str(SOURCE).encode() in file.read_bytes(), file)

    def test_the_manual_page_has_every_command_and_option(self):
        page = gzip.decompress(MAN_PAGE.read_bytes()).decode()
        plain = page.replace("\\-", "-")
        found = commands()
        self.assertGreater(len(found), 8)
        for name, options in found.items():
            section = re.search(rf"^\.SS {name}\n(.*?)(?=^\.S[SH] )", plain, re.M | re.S).group(1)
            for option in options:
                if option != "--help-all":
                    self.assertIn(f"\\fB{option}\\fR", section, f"{name} {option}")
        for code in (0, 2, 8, 130):
            self.assertRegex(plain, rf"(?m)^ +{code}  ")

    def test_the_manual_pages_format_without_warnings(self):
        if shutil.which("groff") is None:
            self.skipTest("groff is not installed")
        for name, summary in (("edgebert-sim", "Virtual platform of the EdgeBERT SoC"), ("iss-run", "Runs a bare-metal RV32IMAC program")):
            page = gzip.decompress((MAN_PAGE.parent / f"{name}.1.gz").read_bytes()).decode()
            process = run("groff", "-man", "-Tutf8", "-wall", "-rLL=100n", input=page)
            self.assertEqual(process.stderr, "")
            plain = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", process.stdout)
            self.assertIn(f"{name} - {summary}", " ".join(plain.split()))

    def complete(self, *words):
        """What bash offers for the last word."""
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _edgebert_sim; printf "%s\\n" "${COMPREPLY[@]}"')
        printed = self.succeed("bash", "--norc", "-c", script, "-", BASH, "edgebert-sim", *words)
        return printed.split()

    def test_bash_completes_commands_options_and_values(self):
        found = commands()
        self.assertLessEqual(set(found), set(self.complete("")))
        self.assertEqual(self.complete("swe"), ["sweep"])
        for name, options in found.items():
            self.assertEqual(sorted(set(options) - set(self.complete(name, "-"))), [], name)
        self.assertEqual(self.complete("sweep", "x.yaml", "--launcher", "s"), ["slurm"])
        self.assertEqual(self.complete("run", "x.yaml", "--set", "pu.v"), ["pu.vmac_lanes="])
        (self.folder / "mine.yaml").write_text("")
        self.assertEqual(self.complete("run", "mi"), ["mine.yaml"])

    def test_zsh_reads_its_completion(self):
        text = ZSH.read_text()
        self.assertTrue(text.startswith("#compdef edgebert-sim\n"))
        for name, options in commands().items():
            for option in options:
                self.assertRegex(text.split(f"  {name})\n")[1].split(";;")[0], rf"'\*{option}\[", name)
        if shutil.which("zsh") is None:
            self.skipTest("zsh is not installed")
        self.succeed("zsh", "-f", "-n", ZSH)
        registered = self.succeed("zsh", "-f", "-c", 'autoload -Uz compinit; compinit -u -D; source "$1"; print $_comps[edgebert-sim]', "-", ZSH)
        self.assertEqual(registered, "_edgebert_sim\n")


if __name__ == "__main__":
    unittest.main()
