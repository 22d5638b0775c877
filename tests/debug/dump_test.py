# SPDX-License-Identifier: Apache-2.0
"""Tensor dumps: NumPy reads them, platform and golden agree where the run is good and differ where a fault was."""
import ast
import importlib.util
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import unittest

from program import INPUT, SENTENCE, SOURCE, USAGE, ProgramTest

HEADS = 12
OPERATORS_OF_A_LAYER = ["hidden_in", "query", "key", "value", "scores", "probabilities", "context", "attention_output", "attention_norm", "ffn_inner",
                        "ffn_output", "layer_output", "pooled", "logits", "entropy"]


def python_with_numpy():
    """This interpreter or Debian's own, whichever has NumPy."""
    if importlib.util.find_spec("numpy"):
        return sys.executable
    debian = shutil.which("python3", path="/usr/bin")
    if debian and subprocess.run([debian, "-c", "import numpy"], capture_output=True, check=False).returncode == 0:
        return debian
    return None


def npy(path):
    """@return type, shape, elements of a .npy file, by the format's description (numpy.lib.format)"""
    content = path.read_bytes()
    assert content[:8] == b"\x93NUMPY\x01\x00", path
    length, = struct.unpack("<H", content[8:10])
    assert (10 + length) % 64 == 0 and content[9 + length:10 + length] == b"\n"
    header = ast.literal_eval(content[10:10 + length].decode())
    assert header["fortran_order"] is False
    count = header["shape"][0] * header["shape"][1]
    code = {"|u1": "B", "<i4": "i", "<u4": "I", "<f8": "d"}[header["descr"]]
    return header["descr"], header["shape"], struct.unpack(f"<{count}{code}", content[10 + length:])


class DumpTest(ProgramTest):
    def dump(self, *specs, arguments=(), folder="dumps"):
        process = self.run_tiny(*(part for spec in specs for part in ("--dump", spec)), "--dump-dir", folder, *arguments)
        self.assert_succeeds(process)
        self.assertEqual(process.stderr, b"")
        return self.folder / folder / "sentence0000"

    def names(self, folder):
        return sorted(path.name for path in folder.iterdir())


class Dumps(DumpTest):
    def test_both_sides_are_equal(self):
        folder = self.dump("all")
        names = self.names(folder / "platform")
        self.assertEqual(names, self.names(folder / "golden"))
        for name in names:
            self.assertEqual((folder / "platform" / name).read_bytes(), (folder / "golden" / name).read_bytes(), name)
        operators = {re.fullmatch(r"layer(\d\d)\.([a-z_]+)(\.head\d\d)?\.(codes|values|scales)\.npy", name).group(1, 2) for name in names}
        layers = max(int(layer) for layer, _ in operators)
        self.assertEqual({operator for layer, operator in operators if layer == f"{layers:02}"}, set(OPERATORS_OF_A_LAYER) - {"hidden_in"} | (
            {"hidden_in"} if (f"{layers:02}", "hidden_in") in operators else set()))
        self.assertIn(("00", "embedding_sum"), operators)

    def test_shapes_and_values(self):
        folder = self.dump("1:(query|value|scores|probabilities|logits|entropy)") / "platform"
        tokens = 13
        for name, kind, shape in (("query", "|u1", (tokens, 192)), ("value", "|u1", (192, tokens)), ("logits", "<i4", (1, 2)), ("entropy", "<i4", (1, 1))):
            codes, values = (npy(folder / f"layer01.{name}.{what}.npy") for what in ("codes", "values"))
            self.assertEqual(codes[:2], (kind, shape), name)
            self.assertEqual(values[:2], ("<f8", shape), name)
        logits, values = (npy(folder / f"layer01.logits.{what}.npy")[2] for what in ("codes", "values"))
        self.assertEqual([value * 4096 for value in values], list(logits))
        entropy, values = (npy(folder / f"layer01.entropy.{what}.npy")[2] for what in ("codes", "values"))
        self.assertEqual(values[0] * 65536, entropy[0])
        # AdaptivFloat<8,3>, docs/numerics.md section 2: code 0x10 is 16 * 2, 0x01 is 17, in units of one step of the bias.
        codes, values = (npy(folder / f"layer01.query.{what}.npy")[2] for what in ("codes", "values"))
        step = next(abs(value) / ((16 + (code & 15)) << (code >> 4 & 7)) for code, value in zip(codes, values) if code & 0x7F)
        for code, value in zip(codes, values):
            magnitude = ((16 + (code & 15)) << (code >> 4 & 7)) if code & 0x7F else 0
            self.assertEqual(value, (-magnitude if code & 0x80 else magnitude) * step)
        heads = [path for path in folder.glob("layer01.probabilities.head*.values.npy")]
        self.assertTrue(heads)
        for path in heads:
            kind, shape, values = npy(path)
            self.assertEqual((kind, shape), ("<f8", (tokens, tokens)))
            for row in range(tokens):
                # Weights have five significant bits; spans take some of the sum away.
                self.assertTrue(0 <= sum(values[row * tokens:(row + 1) * tokens]) < 1.05, path)
            self.assertEqual(npy(path.with_name(path.name.replace("values", "scales")))[:2], ("<u4", (tokens, 1)))

    def test_a_fault_is_seen(self):
        folder = self.dump("1", arguments=["--set", "faults.memory=weight_memory", "--set", "faults.model=bit_error_rate", "--set", "faults.rate=1e-5"])
        names = self.names(folder / "platform")
        self.assertEqual(names, self.names(folder / "golden"))
        self.assertTrue(any((folder / "platform" / name).read_bytes() != (folder / "golden" / name).read_bytes() for name in names))

    def test_choice(self):
        self.assertEqual({name.split(".")[1] for name in self.names(self.dump("1:scores", "0:embedding_norm") / "golden")}, {"scores", "embedding_norm"})
        process = self.run_tiny("--dump", "12", "--dump-dir", "late", "--check")
        self.assert_succeeds(process)
        self.assertEqual(process.stderr, b"edgebert-sim: warning: sentence 0: the platform computed no tensor that --dump asks for\n")
        self.assertEqual(list((self.folder / "late").iterdir()), [])

    def test_several_sentences(self):
        self.write("two.txt", f"{SENTENCE}\nno .\n")
        process = self.sim("run", SOURCE / "configs" / "tiny.yaml", "--file", "two.txt", "--dump", "1:query", "--dump-dir", "dumps")
        self.assert_succeeds(process)
        self.assertEqual(self.names(self.folder / "dumps"), ["sentence0000", "sentence0001"])
        self.assertEqual(npy(self.folder / "dumps/sentence0001/golden/layer01.query.codes.npy")[1], (5, 192))

    def test_mistakes(self):
        for arguments, message in (
            (["--dump", "1"], "run: --dump and --dump-dir need each other"),
            (["--dump-dir", "x"], "run: --dump and --dump-dir need each other"),
            (["--dump", "13", "--dump-dir", "x"], "--dump 13: '13' is no layer of this model: 0 (the embedding) to 12, or all"),
            (["--dump", "one", "--dump-dir", "x"], "--dump one: 'one' is no layer of this model: 0 (the embedding) to 12, or all"),
            (["--dump", "1:score", "--dump-dir", "x"], re.compile("edgebert-sim: no operator is called 'score'; nearest is 'scores' of .*"))):
            self.assert_fails(self.run_tiny(*arguments), USAGE, message)
        self.assertEqual(list(self.folder.iterdir()), [])
        self.write("file", "")
        self.assert_fails(self.run_tiny("--dump", "1", "--dump-dir", "file"), INPUT, re.compile("edgebert-sim: cannot make folder 'file'.*"))


class Example(DumpTest):
    def test_example_of_the_page(self):
        """The five lines of docs/dumps.md, as they stand there."""
        python = python_with_numpy()
        if python is None:
            print("python3-numpy is not installed: scripts/install-packages --debug")
            self.skipTest("no NumPy")
        page = (SOURCE / "docs" / "dumps.md").read_text()
        lines = re.search(r"```python\n(.*?)```", page, re.S).group(1)
        self.assertEqual(lines.count("\n"), 5)
        self.dump("1")
        process = subprocess.run([python, "-c", lines], capture_output=True, text=True, cwd=self.folder, check=False)
        self.assertEqual(process.returncode, 0, process.stderr)
        shown = re.search(r"```\n(\(13, 13\).*?)```", page, re.S).group(1)
        self.assertEqual(process.stdout, shown)


if __name__ == "__main__":
    unittest.main()
