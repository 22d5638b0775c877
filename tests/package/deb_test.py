# SPDX-License-Identifier: Apache-2.0
"""The Debian packages: contents, dependencies, and the program from where it was unpacked.
With EDGEBERT_INSTALL_DEB=1 and as root they are also installed and removed with dpkg."""
import os
import re
import subprocess
import unittest

from installed import BUILD, SENTENCE, WORK, InstalledTest, run

DEBS = WORK / "deb"


class Packages(InstalledTest):
    @classmethod
    def setUpClass(cls):
        subprocess.run(["rm", "-rf", DEBS], check=True)
        process = run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", DEBS, "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip")
        assert process.returncode == 0, process.stdout + process.stderr
        cls.program, cls.development = (next(DEBS.glob(f"{name}_*.deb")) for name in ("edgebert", "edgebert-dev"))

    def field(self, deb, name):
        return self.succeed("dpkg-deb", "-f", deb, name).strip()

    def listing(self, deb):
        """mode, owner and path of each file and folder"""
        rows = (line.split() for line in self.succeed("dpkg-deb", "-c", deb).splitlines())
        return [(row[0], row[1], row[5].removeprefix(".")) for row in rows]

    def test_dependencies_have_debian_s_names(self):
        depends = self.field(self.program, "Depends")
        for library in (r"libc6 \(>= ", r"libstdc\+\+6 \(>= ", r"libsystemc\S* \(>= ", r"libfmt9 \(>= ", r"libyaml-cpp0\.7 \(>= ",
                        r"libsentencepiece0 \(>= ", r"libicu72 \(>= ", r"libssl3 \(>= "):
            self.assertRegex(depends, library)
        self.assertRegex(self.field(self.development, "Depends"), r"^edgebert \(= [\d.]+\), libsystemc-dev, ")
        for package in re.findall(r"([a-z0-9.+-]+)(?: \([^)]*\))?(?:, |$)", depends):
            self.assertEqual(run("dpkg-query", "-W", package).returncode, 0, package)

    def test_fields(self):
        for deb in (self.program, self.development):
            self.assertRegex(deb.name, r"^edgebert(-dev)?_\d+\.\d+\.\d+(-1)?_[a-z0-9]+\.deb$")
            self.assertEqual(self.field(deb, "Architecture"), self.succeed("dpkg", "--print-architecture").strip())
            for name in ("Maintainer", "Section", "Priority", "Installed-Size", "Description"):
                self.assertNotEqual(self.field(deb, name), "", name)

    def test_contents_are_where_debian_wants_them(self):
        for deb in (self.program, self.development):
            for mode, owner, path in self.listing(deb):
                with self.subTest(path):
                    self.assertEqual(owner, "root/root")
                    self.assertRegex(path, r"^/(usr(/(bin|include|lib|share)(/.*)?|/)?)?$")
                    executable = path.startswith("/usr/bin/") and not path.endswith("/")
                    self.assertEqual(mode, "drwxr-xr-x" if path.endswith("/") else "-rwxr-xr-x" if executable else "-rw-r--r--")
        paths = {path for _, _, path in self.listing(self.program)}
        self.assertLessEqual({"/usr/bin/edgebert-sim", "/usr/bin/iss-run", "/usr/share/doc/edgebert/copyright",
                              "/usr/share/man/man1/edgebert-sim.1.gz", "/usr/share/man/man1/iss-run.1.gz", "/usr/share/edgebert/edgebert-firmware.elf",
                              "/usr/share/bash-completion/completions/edgebert-sim",
                              "/usr/share/zsh/vendor-completions/_edgebert-sim"}, paths)
        both = paths & {path for _, _, path in self.listing(self.development) if not path.endswith("/")}
        self.assertEqual(both, set())

    def test_the_unpacked_program_runs_from_an_empty_folder(self):
        root = self.folder / "root"
        self.succeed("dpkg-deb", "-x", self.program, root)
        program = root / "usr" / "bin" / "edgebert-sim"
        self.assertNotIn("not stripped", self.succeed("readelf", "-S", program))
        self.assertNotRegex(self.succeed("readelf", "-S", program), r"\.symtab|\.debug_info")
        self.assertNotRegex(self.succeed("readelf", "-d", program), "RPATH|RUNPATH")
        empty = self.folder / "empty"
        empty.mkdir()
        printed = self.succeed("env", "-C", empty, program, "run", "edgebert.yaml", "--check", "--text", SENTENCE)
        self.assertRegex(printed, r"\n  positive +\d")
        self.assertRegex(printed, r"\ncheck +\d+ tensors compared with golden, all equal\n")
        self.assertEqual(list(empty.iterdir()), [])

    def test_the_development_package_is_found_where_it_was_unpacked(self):
        root = self.folder / "root"
        self.succeed("dpkg-deb", "-x", self.development, root)
        example = root / "usr" / "share" / "edgebert" / "examples" / "add_a_unit"
        self.succeed("cmake", "-G", "Ninja", "-S", example, "-B", self.folder / "build", f"-DCMAKE_PREFIX_PATH={root}/usr")

    @unittest.skipUnless(os.environ.get("EDGEBERT_INSTALL_DEB") == "1" and os.geteuid() == 0, "installs only in scripts/test --full")
    def test_dpkg_installs_and_removes_them(self):
        self.succeed("dpkg", "-i", self.program, self.development)
        try:
            self.assertIn("positive", self.succeed("edgebert-sim", "run", "edgebert.yaml", "--text", SENTENCE))
            self.assertIn("Virtual platform", self.succeed("man", "-P", "cat", "edgebert-sim"))
        finally:
            self.succeed("dpkg", "-r", "edgebert-dev", "edgebert")
        self.assertFalse(os.path.exists("/usr/share/edgebert"))


if __name__ == "__main__":
    unittest.main()
