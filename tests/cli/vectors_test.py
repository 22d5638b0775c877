# SPDX-License-Identifier: Apache-2.0
"""replay-vectors: recorded and golden cases agree, altered ones do not, bad files are refused; calibrate."""
import json
import os
import random
import re
import subprocess
import unittest

from program import CAPACITY, CONFIG, EDGEBERT, IMAGE, INPUT, MISMATCH, SOURCE, USAGE, ProgramTest

CMODEL = SOURCE / "configs" / "cmodel.yaml"
RECORDED = SOURCE / "tests" / "data" / "cmodel" / "matmul_pu_n16_examples.jsonl"
GOLDEN = SOURCE / "tests" / "data" / "vectors" / "golden_n16.jsonl"
PUBLISHED = ("--set", "numerics=published-cmodel")


def cases_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def wrapped(value):
    return (value + 32768) % 65536 - 32768


def significand(code):
    exponent, mantissa = code >> 4 & 7, code & 15
    magnitude = 0 if exponent == mantissa == 0 else (16 + mantissa) << exponent
    return -magnitude if code & 128 else magnitude


def published_code(value, bias):
    if value == 0:
        return 0
    exponent = abs(value).bit_length() - 1
    mantissa = (value + (1 << exponent >> 5) >> exponent - 4) if exponent > 4 else value << 4 - exponent
    if abs(mantissa) == 32:
        mantissa, exponent = mantissa // 2, exponent + 1
    field = exponent - 2 - bias
    if field < 0:
        return 0
    return 0x7F if field > 7 else (0x80 if value < 0 else 0) | field << 4 | abs(mantissa) - 16


def published_cycles(n, a, m, b):
    """The fits to the published model's measurements."""
    blocks, tiles = a * m * b, a * b
    if n < 16:
        return blocks * (2 * n + 1) + n + 18
    if n == 16:
        stalls = 8 * (tiles - 1) if m > 1 else 0 if tiles <= 2 else 10 * tiles - 15
        return 33 * blocks + 34 + stalls
    deep = 0 if tiles == 1 else 40 * (tiles - 1) - 3
    thin = {1: 0, 2: 17}.get(tiles, 34 * tiles - 47)
    return 65 * blocks + 50 + (deep if m > 1 else thin)


def random_case(generator, n, a, m, b):
    def codes(rows):
        density = generator.choice([0.05, 0.2, 0.5, 1])
        return [[generator.randrange(256) if generator.random() < density else generator.choice([0, 128])
                 for _ in range(m * n)] for _ in range(rows)]

    case = {"V": n, "N0": a * n, "M": m * n, "N1": b * n, "is_relu": generator.randrange(2), "is_bias": generator.randrange(2),
            "weight_bias": generator.randrange(-128, 128), "adf_accum_bias": generator.randrange(8),
            "accum_right_shift": generator.randrange(17), "A": codes(a * n), "B": codes(b * n), "cycles": published_cycles(n, a, m, b)}
    operands = [[[significand(code) for code in row] for row in case[name]] for name in "AB"]
    out = []
    for second in operands[1]:
        out.append([])
        for first in operands[0]:
            value = wrapped(sum(map(int.__mul__, first, second))) >> case["accum_right_shift"]
            value = wrapped(value + case["weight_bias"]) if case["is_bias"] else value
            value = max(value, 0) if case["is_relu"] else value
            out[-1].append(published_code(max(value, -32767), case["adf_accum_bias"]))
    case["Out"] = out
    case["masks"] = [sum((out[p * n + i][k * n + lane] != 0) << lane for lane in range(n))
                     for p in range(b) for k in range(a) for i in range(n)]
    return case


class VectorTest(ProgramTest):
    def replay(self, path, *arguments, config=CMODEL):
        return self.sim("replay-vectors", config, path, *arguments)

    def report(self, path, *arguments, config=CMODEL):
        process = self.replay(path, "--json", "-", *arguments, config=config)
        return process.returncode, json.loads(process.stdout)

    def write_cases(self, *cases):
        return self.write("cases.jsonl", "".join(json.dumps(case) + "\n" for case in cases))


class Replay(VectorTest):
    def test_recorded_products_agree_to_the_bit_and_the_cycle(self):
        code, report = self.report(RECORDED, *PUBLISHED)
        self.assertEqual(code, 0)
        self.assertEqual([report[key] for key in ("cases", "codes", "masks", "cycles")],
                         [{"compared": count, "different": 0} for count in (9, 2304, 144, 9)])
        self.assertTrue(report["agrees"])
        self.assertIsNone(report["first_difference"])
        self.assertTrue(report["numerics"].startswith("published-cmodel (compatibility mode"))

    def test_random_products_of_the_published_arithmetic(self):
        generator = random.Random(5)
        cases = [random_case(generator, n, *(generator.randrange(1, 4) for _ in "amb"))
                 for n in (4, 8, 16, 32) for _ in range(4)]
        cases += [random_case(generator, 16, 5, 48, 5), random_case(generator, 8, 1, 96, 2)]
        code, report = self.report(self.write_cases(*cases), *PUBLISHED)
        self.assertEqual((code, report["cases"]), (0, {"compared": 18, "different": 0}), report["first_difference"])
        self.assertEqual(report["lanes"], [4, 8, 16, 32])

    def test_golden_cases_are_what_golden_says_and_agree(self):
        printed = subprocess.run([os.environ["EDGEBERT_VECTOR_EXAMPLES"]], capture_output=True, check=True).stdout
        self.assertEqual(printed, GOLDEN.read_bytes(), "vector-examples > tests/data/vectors/golden_n16.jsonl")
        code, report = self.report(GOLDEN)
        self.assertEqual((code, report["codes"]["different"], report["cycles"]), (0, 0, {"compared": 2, "different": 0}))
        self.assertEqual(set(report["units"]), {"product", "softmax", "layernorm", "add", "entropy"})

    def test_every_altered_value_is_found(self):
        for index, case in enumerate(cases_of(GOLDEN)):
            for key in ("Out", "row_scale", "entropy", "exit", "cycles"):
                if key not in case or (key == "row_scale" and case["unit"] == "product"):
                    continue
                altered = json.loads(json.dumps(case))
                expected = altered[key]
                where = {"row": 0, "column": 0}
                if key == "Out":
                    expected[1][2] ^= 1
                    where = {"row": 1, "column": 2}
                elif key == "row_scale":
                    expected[1] += 1
                    where = {"row": 1, "column": 0}
                else:
                    altered[key] = 1 - expected if key == "exit" else expected + 1
                with self.subTest(index=index, unit=case["unit"], key=key):
                    code, report = self.report(self.write_cases(case, altered))
                    self.assertEqual(code, MISMATCH)
                    first = report["first_difference"]
                    self.assertEqual({name: first[name] for name in ("case", "unit", "key", "row", "column")},
                                     {"case": 2, "unit": case["unit"], "key": key, **where})
                    self.assertNotEqual(first["expected"], first["got"])
                    self.assertEqual(report["cases"], {"compared": 2, "different": 1})

    def test_masks_of_64_lanes_have_no_sign(self):
        case = random_case(random.Random(6), 64, 1, 1, 1)
        del case["cycles"]
        self.assertGreater(max(case["masks"]), 2**63)
        code, report = self.report(self.write_cases(case), *PUBLISHED)
        self.assertEqual((code, report["masks"]), (0, {"compared": 64, "different": 0}))
        case["masks"][5] ^= 1 << 63
        code, report = self.report(self.write_cases(case), *PUBLISHED)
        first = report["first_difference"]
        self.assertEqual((code, first["key"], first["row"]), (MISMATCH, "masks", 5))
        self.assertEqual(first["expected"], case["masks"][5])
        self.assertEqual(first["expected"] ^ first["got"], 1 << 63)
        case["masks"][5] = 1 << 64
        self.assert_fails(self.replay(self.write_cases(case), *PUBLISHED), INPUT,
                          re.compile(r".*:1: masks\[5\]: expected a whole number from 0 to 18446744073709551615, found .*"))

    def test_altered_masks_are_found(self):
        case = cases_of(RECORDED)[1]
        case["masks"][3] ^= 4
        code, report = self.report(self.write_cases(case), *PUBLISHED)
        self.assertEqual((code, report["masks"], report["codes"]["different"]), (MISMATCH, {"compared": 16, "different": 1}, 0))

    def test_text_report_names_the_difference(self):
        case = cases_of(RECORDED)[0]
        case["Out"][4][7] = (case["Out"][4][7] + 1) % 256
        process = self.replay(self.write_cases(case), *PUBLISHED)
        self.assertEqual(process.returncode, MISMATCH)
        text = process.stdout.decode()
        self.assertIn("Out, row 4, column 7: expected ", text)
        self.assertIn("compatibility mode", text)

    def test_cycles_follow_the_timing_preset(self):
        code, report = self.report(RECORDED, *PUBLISHED, "--set", "timing.preset=overlapped")
        self.assertEqual((code, report["cycles"]["different"], report["codes"]["different"]), (MISMATCH, 9, 0))
        self.assertEqual(report["first_difference"]["key"], "cycles")

    def test_lanes_without_a_reference_are_labelled(self):
        text = self.replay(self.write_cases(random_case(random.Random(1), 2, 2, 2, 2)), *PUBLISHED).stdout.decode()
        self.assertIn("cycles at n = 2 and 64 are extrapolated", text)


class Refusals(VectorTest):
    def refused(self, content, code, message, *arguments):
        path = self.write("bad.jsonl", content)
        self.assert_fails(self.replay(path, *(arguments or PUBLISHED)), code, message.format(f"{path}"))

    def altered(self, **changes):
        case = cases_of(RECORDED)[0]
        for key, value in changes.items():
            if value is None:
                del case[key]
            else:
                case[key] = value
        return json.dumps(case) + "\n"

    def test_what_is_not_a_file_of_cases(self):
        self.refused("\n\n", INPUT, "vector file '{}' has no case")
        self.refused("[1]\n", INPUT, "{}:1: expected a JSON object, one a line")
        self.refused(self.altered() + "{\"V\": 16,\n", INPUT, "{}:2: not JSON at byte 10; expected one object a line")
        self.refused("{\"V\": 16, \"V\": 8}\n", INPUT, "{}:1: duplicate key 'V'")
        self.assert_fails(self.replay("none.jsonl"), INPUT, "cannot read vector file 'none.jsonl': No such file or directory")

    def test_keys(self):
        self.refused(self.altered(N0=None), INPUT, "{}:1: N0: missing")
        self.refused("\n" + self.altered(cycle=3), INPUT, "{}:2: unknown key 'cycle'; the nearest valid key is 'cycles'")
        self.refused(self.altered(unit="matmull"), INPUT,
                     "{}:1: unit: expected one of add, entropy, layernorm, matmul, product, softmax, found \"matmull\"")

    def test_values(self):
        self.refused(self.altered(V=12), INPUT, "{}:1: V: expected 2, 4, 8, 16, 32 or 64, found 12")
        self.refused(self.altered(accum_right_shift=32), INPUT,
                     "{}:1: accum_right_shift: expected a whole number from 0 to 31, found 32")
        self.refused(self.altered(is_relu=True), INPUT, "{}:1: is_relu: expected a whole number from 0 to 1, found true")
        self.refused(self.altered(weight_bias=0.5), INPUT, "{}:1: weight_bias: expected a whole number from -128 to 127, found 0.5")
        self.refused(self.altered(cycles=-1), INPUT,
                     "{}:1: cycles: expected a whole number from 0 to 9223372036854775807, found -1")

    def test_matrices(self):
        case = cases_of(RECORDED)[0]
        self.refused(self.altered(A=case["A"][:-1]), INPUT, "{}:1: A: expected a list of 16 rows, found a list of 15")
        self.refused(self.altered(A=case["A"][:-1] + [[1]]), INPUT, "{}:1: A[15]: expected a list of 16 numbers, found a list of 1")
        case["B"][2][5] = 256
        self.refused(self.altered(B=case["B"]), INPUT, "{}:1: B[2][5]: expected a whole number from 0 to 255, found 256")

    def test_the_wrong_arithmetic(self):
        self.refused(self.altered(), CONFIG, "{}:1: a 'matmul' case has the published model's arithmetic, but the configuration's "
                     "numerics are exact; add --set numerics=published-cmodel", "--set", "numerics=exact")
        self.assert_fails(self.replay(GOLDEN, *PUBLISHED), CONFIG,
                          f"{GOLDEN}:1: a 'product' case has exact numerics, but the configuration's are published-cmodel; "
                          "add --set numerics=exact")

    def test_what_does_not_fit(self):
        case = random_case(random.Random(2), 16, 1, 300, 1)
        path = self.write_cases(case)
        self.assert_fails(self.replay(path, *PUBLISHED, "--set", "buffers.data=32KiB"), CAPACITY,
                          f"{path}:1: an operand needs 76800 bytes of a data buffer, which has 32768; raise buffers.data")

    def test_firmware_does_not_run_in_it(self):
        process = self.sim("run", EDGEBERT, "--model", IMAGE, "--text", "good", *PUBLISHED)
        self.assert_fails(process, CONFIG, "cannot run a network with numerics published-cmodel: its 16-bit products wrap, and it "
                          "lacks what firmware needs; it is a compatibility mode of replay-vectors; use --set numerics=exact")


class Calibrate(ProgramTest):
    def test_page(self):
        process = self.sim("calibrate")
        self.assert_succeeds(process)
        self.assertEqual(process.stdout.decode(), (SOURCE / "docs" / "calibration.md").read_text(),
                         "docs/calibration.md is out of date: edgebert-sim calibrate > docs/calibration.md")

    def test_presets_are_exact_everywhere(self):
        rows = [line for line in self.sim("calibrate").stdout.decode().splitlines() if "measured on the published model" in line]
        self.assertEqual(len(rows), 14)
        self.assertEqual([row for row in rows if not row.endswith("| exact, all runs |")], [])

    def test_a_configuration_of_its_own_is_compared(self):
        text = self.sim("calibrate", CMODEL, "--set", "timing.pu.handover=0").stdout.decode()
        self.assertIn("serial timing with constants of its own", text)
        self.assertRegex(text, r"n = 4, 11 runs \|.*\| 0 of 11 exact, off by up to -\d+\.\d % \|")
        self.assertRegex(text, r"softmax in the top level, serial, 22 runs \|.*\| exact, all runs \|")

    def test_overrides_need_a_configuration(self):
        self.assert_fails(self.sim("calibrate", "--set", "timing.pu.load=1"), USAGE, "calibrate: --set needs a CONFIG")


if __name__ == "__main__":
    unittest.main()
