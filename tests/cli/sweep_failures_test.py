# SPDX-License-Identifier: Apache-2.0
"""Sweeps that are killed and go on; points, folders and disks that fail."""
import json
import os
import pathlib
import re
import signal
import subprocess
import unittest

from program import IMAGE, INPUT, INTERRUPTED, POINTS, POLLING_FIRMWARE, SENTENCE, SIM, TINY
from sweeps import LANES, SPIN, SweepTest, children_of


class GoingOn(SweepTest):
    def test_killed_and_started_again(self):
        points = ["--set", "pu.vmac_lanes=4,8,16,32", "--set", "exit.threshold=0"]
        self.assert_succeeds(self.sweep(*points, out="whole"))
        for jobs in ("1", "2"):
            with self.subTest(jobs=jobs):
                process = self.start(*points, "--jobs", jobs, out=jobs)
                self.wait_for(lambda: len(self.results(jobs)) >= 1 and children_of(process.pid))
                children = children_of(process.pid)
                process.kill()
                process.wait()
                self.wait_for(lambda: not any(os.path.exists(f"/proc/{child}") for child in children))
                before = self.results(jobs)
                self.assertLess(len(before), 4)
                self.assertFalse((self.folder / jobs / "sweep.csv").exists())
                self.assert_succeeds(self.sweep(*points, out=jobs))
                after = self.results(jobs)
                self.assertEqual({name: after[name] for name in before}, before)  # nothing is done twice
                self.assertEqual(self.tables(jobs), self.tables("whole"))
                self.assertEqual([str(path) for path in (self.folder / jobs).glob("*/*.tmp")], [])

    def test_what_is_changed_is_done_again_and_nothing_else(self):
        self.assert_succeeds(self.sweep("--set", LANES))
        before = self.results()
        for arguments, options in ((["--set", LANES], {"text": "another sentence"}), (["--set", LANES, "--check"], {})):
            self.assert_succeeds(self.sweep(*arguments, **options))
            after = self.results()
            self.assertTrue(all(after[name] != before[name] for name in before))
            before = after
        self.assert_succeeds(self.sweep("--set", LANES + ",32", "--check"))
        self.assertEqual({name: self.results()[name] for name in before}, before)
        self.assertEqual(len(self.results()), 4)

    def test_a_changed_image_touches_its_own_points(self):
        header_size = int.from_bytes(IMAGE.read_bytes()[:8], "little")
        for name in ("a.image", "b.image"):
            self.write(name, IMAGE.read_bytes())
        models = ["--set", f"model={self.folder}/a.image,{self.folder}/b.image"]
        arguments = ["sweep", TINY, *models, "--text", SENTENCE, "--out", "out"]
        self.assert_succeeds(self.sim(*arguments))
        before = self.results()
        # A blank more in the header: another hash, the same model.
        image = IMAGE.read_bytes()
        longer = (header_size + 8).to_bytes(8, "little") + image[8:8 + header_size] + b" " * 8 + image[8 + header_size:]
        self.write("b.image", longer)
        self.assert_succeeds(self.sim(*arguments))
        after = self.results()
        changed = [name for name in before if after[name] != before[name]]
        self.assertEqual(len(changed), 1)
        self.assertIn("b.image", changed[0])

    def test_half_a_result_is_none(self):
        self.assert_succeeds(self.sweep("--set", LANES))
        tables = self.tables()
        results = sorted((self.folder / "out").glob("*/result.json"))
        results[0].write_bytes(results[0].read_bytes()[:1000])
        results[1].write_bytes(b"")
        results[2].write_bytes(b"[]")
        self.assert_succeeds(self.sweep("--set", LANES))
        self.assertEqual(self.tables(), tables)

    def test_ctrl_c_ends_children_and_keeps_what_is_done(self):
        points = ["--set", "pu.vmac_lanes=4,8,16,32", "--set", "exit.threshold=0", "--jobs", "1"]
        process = self.start(*points)
        self.wait_for(lambda: len(self.results()) >= 1 and children_of(process.pid))
        children = children_of(process.pid)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assertRegex(errors.decode(), r"^edgebert-sim: sweep: interrupted; [1-3] of 4 points are done, the same command goes on\n$")
        self.assertFalse(any(os.path.exists(f"/proc/{child}") for child in children))
        before = self.results()
        self.assert_succeeds(self.sweep(*points))
        self.assertEqual({name: self.results()[name] for name in before}, before)

    def test_one_sweep_at_a_time(self):
        self.write("spin.elf", SPIN)
        process = self.start("--set", f"firmware={self.folder}/spin.elf", "--set", "limits.simulated_time=1000000")
        self.wait_for(lambda: children_of(process.pid))
        self.assert_fails(self.sweep("--set", LANES), INPUT,
                          f"cannot sweep into '{self.folder}/out': another sweep is at work there")
        process.kill()
        process.wait()
        self.assert_succeeds(self.sweep("--set", LANES))  # the lock of a killed sweep is none


class Failures(SweepTest):
    def test_a_value_that_is_refused(self):
        process = self.sweep("--set", "pu.vmac_lanes=8,12,16")
        self.assert_points_fail(process, [("done", "^$"), ("config", r"--set pu\.vmac_lanes: 12 is not one of 2, 4, 8"),
                                          ("done", "^$")])
        self.assertEqual(self.rows()[1]["cycles"], "")
        self.assertIsNone(json.loads((self.folder / "out" / "sweep.json").read_text())["points"][1]["totals"])

    def test_values_that_do_not_go_together(self):
        process = self.sweep("--set", "buffers.data=32 KiB,64 KiB", "--set", "buffers.mask=4 KiB,8 KiB")
        self.assert_points_fail(process, [("done", "^$"), ("done", "^$"), ("config", "buffers.mask: 4 KiB hold masks of 32 KiB"),
                                          ("done", "^$")])

    def test_limits_of_time(self):
        process = self.sweep("--set", "limits.simulated_time=1 us,5 s")
        self.assert_points_fail(process, [("timeout", r"within 1e-06 s of simulated time \(limits\.simulated_time\)"), ("done", "^$")])
        self.write("spin.elf", SPIN)
        process = self.sweep("--set", f"firmware=edgebert-firmware.elf,{self.folder}/spin.elf", "--set", "limits.simulated_time=1000000",
                             "--timeout", "10", out="spin")
        self.assert_points_fail(process, [("done", "^$"), ("timeout", r"^the run was not done within 10 s of wall time \(--timeout\)$")],
                                out="spin")

    def test_a_point_that_differs_from_golden(self):
        process = self.sweep("--set", f"firmware=edgebert-firmware.elf,{POLLING_FIRMWARE}", "--check")
        self.assert_points_fail(process, [("done", "^$"), ("mismatch", "row 0, column 0 was never computed by the platform$")])
        self.assertEqual(self.rows()[0]["mismatches"], "0")
        self.assertGreater(int(self.rows()[1]["mismatches"]), 0)
        self.assertIsNotNone(json.loads((self.folder / "out" / "sweep.json").read_text())["points"][1]["totals"])  # reports are complete

    def test_files_that_are_not_there(self):
        process = self.sim("sweep", TINY, "--set", f"model=none.image,{IMAGE}", "--text", SENTENCE, "--out", "out")
        self.assert_points_fail(process, [("image", r"^cannot find model image 'none\.image'"), ("done", "^$")])

    def test_a_crash_loses_one_point(self):
        self.write("spin.elf", SPIN)
        process = self.start("--set", f"firmware={self.folder}/spin.elf,edgebert-firmware.elf", "--set", "limits.simulated_time=1000000", "--jobs", "1")
        self.wait_for(lambda: children_of(process.pid))
        child = children_of(process.pid)[0]
        self.wait_for(lambda: b"\0run\0" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes())
        os.kill(child, signal.SIGSEGV)
        process.wait()
        self.assertEqual([(row["status"], row["error"]) for row in self.rows()],
                         [("crashed", "the run was ended by signal 11 (Segmentation fault)"), ("done", "")])

    def test_a_point_whose_folder_cannot_be(self):
        (self.folder / "out").mkdir()
        self.write("out/pu.vmac_lanes=8", "in the way")
        process = self.sweep("--set", LANES)
        self.assert_points_fail(process, [("done", "^$"), ("input", r"^cannot write 'pu\.vmac_lanes=8': "), ("done", "^$")])
        (self.folder / "out" / "pu.vmac_lanes=8").unlink()
        self.assert_succeeds(self.sweep("--set", LANES))

    def test_folders_that_are_not_writable(self):
        account = {}
        if os.geteuid() == 0:  # may write everywhere
            account = {"user": 65534}
            try:
                subprocess.run([SIM, "--version"], capture_output=True, check=True, **account)
            except (OSError, subprocess.CalledProcessError) as error:
                self.skipTest(f"this is root, and no other account can run the program: {error}")
        command = [SIM, *self.arguments("--text", SENTENCE, "--set", LANES)]

        def sweep():
            return subprocess.run(command, cwd=self.folder, capture_output=True, check=False, **account)

        os.chmod(self.folder, 0o555)
        self.addCleanup(os.chmod, self.folder, 0o755)
        self.assert_fails(sweep(), INPUT, f"cannot make the folder '{self.folder}/out': Permission denied")
        os.chmod(self.folder, 0o777)
        blocked = self.folder / "out" / "pu.vmac_lanes=8"
        blocked.mkdir(parents=True)
        os.chmod(self.folder / "out", 0o777)
        os.chmod(blocked, 0o555)
        self.assert_points_fail(sweep(), [("done", "^$"), ("input", r"^cannot write '.*config\.yaml': Permission denied$"),
                                          ("done", "^$")])
        os.chmod(blocked, 0o777)
        self.assert_succeeds(sweep())

    def test_a_full_disk(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"no file system can be mounted: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        process = self.sweep("--set", "pu.vmac_lanes=2,4,8,16,32,64", out="disk/out", text=SENTENCE)
        statuses = re.findall(r"^ +\d+ +(\w+)", process.stdout.decode(), re.M)
        self.assertIn("input", statuses)
        self.assertIn("No space left on device", process.stdout.decode() + process.stderr.decode())
        self.assertIn(process.returncode, (POINTS, INPUT))
        for path in disk.glob("out/*/result.json"):
            json.loads(path.read_text())  # whole
        done = self.results("disk/out")
        subprocess.run(["mount", "-o", "remount,size=16m", disk], check=True)
        self.assert_succeeds(self.sweep("--set", "pu.vmac_lanes=2,4,8,16,32,64", out="disk/out"))
        self.assertEqual({name: self.results("disk/out")[name] for name in done}, done)
        self.assert_succeeds(self.sweep("--set", "pu.vmac_lanes=2,4,8,16,32,64"))
        self.assertEqual(self.tables("disk/out"), self.tables())

    def test_a_limit_on_the_size_of_files(self):
        """As a full disk, where nothing can be mounted."""
        process = subprocess.run(["sh", "-c", 'ulimit -f 4; exec "$0" "$@"', SIM, *self.arguments("--text", SENTENCE, "--set", LANES)],
                                 cwd=self.folder, capture_output=True, check=False)
        self.assertEqual(process.returncode, POINTS, process.stderr)
        for row in self.rows():
            self.assertEqual(row["status"], "input")
            self.assertRegex(row["error"], r"^cannot write .*: File too large$")
        self.assertEqual(self.results(), {})
        self.assert_succeeds(self.sweep("--set", LANES))


if __name__ == "__main__":
    unittest.main(verbosity=2)  # says why tests are skipped
