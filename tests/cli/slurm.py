# SPDX-License-Identifier: Apache-2.0
"""A Slurm of one node on loopback: munged, slurmctld and slurmd with a configuration of their own in a scratch folder."""
import getpass
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

DAEMONS = ("munged", "slurmctld", "slurmd")
SEARCHED = os.environ["PATH"] + ":/usr/sbin:/sbin"

CONFIGURATION = """
ClusterName=edgebert
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_min_interval=1000
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


class Unavailable(Exception):
    """Slurm cannot be started here; the message says why."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Slurm:
    def __init__(self):
        self.programs = {}
        for daemon in DAEMONS:
            self.programs[daemon] = shutil.which(daemon, path=SEARCHED)
            if self.programs[daemon] is None:
                raise Unavailable(f"{daemon} is not installed (packages slurm-wlm and munge)")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="edgebert-slurm-"))
        self.environment = {"SLURM_CONF": str(self.folder / "slurm.conf")}
        self.foreground = []
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    def start(self):
        os.chmod(self.folder, 0o755)  # munged asks for this
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            host=socket.gethostname().split(".")[0], controller_port=free_port(), node_port=free_port(),
            user=getpass.getuser(), folder=self.folder, cpus=os.cpu_count()))
        munge = [f"--{name}={self.folder}/munge.{ending}" for name, ending in
                 (("key-file", "key"), ("socket", "socket"), ("pid-file", "pid"), ("log-file", "log"), ("seed-file", "seed"))]
        self.run_daemon("munged", "--foreground", "--force", *munge)
        self.wait_for("munged", lambda: (self.folder / "munge.socket").exists())
        self.run_daemon("slurmctld", "-D", "-c")
        self.run_daemon("slurmd", "-D")
        self.wait_for("slurmctld and slurmd", lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%T"))

    def run_daemon(self, name, *arguments):
        with open(self.folder / f"{name}.out", "wb") as output:
            self.foreground.append(subprocess.Popen([self.programs[name], *arguments], stdin=subprocess.DEVNULL, stdout=output,
                                                    stderr=subprocess.STDOUT, env={**os.environ, **self.environment}))

    def ask(self, *command):
        """What a command of Slurm's prints; empty if it fails."""
        return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **self.environment}, check=False).stdout

    def wait_for(self, what, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            ended = [process.args[0] for process in self.foreground if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                output = "".join(path.read_text(errors="replace")[-300:] for path in sorted(self.folder.glob("*.out")))
                raise Unavailable(f"{what} did not start: {ended or 'no answer'}: {output}")
            time.sleep(0.1)

    def stop(self):
        for process in reversed(self.foreground):
            process.send_signal(signal.SIGTERM)
        for process in self.foreground:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
