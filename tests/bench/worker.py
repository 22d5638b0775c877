# SPDX-License-Identifier: Apache-2.0
"""A process that stays loaded and repeats one piece of work when asked, so that two programs can take turns.

The child calls serve(); the parent holds a Worker. Over the pipes: the child's description as one JSON line, then for each
line with a number of repetitions one JSON line with the seconds of each.
"""
import json
import subprocess
import sys
import time


def serve(description, work):
    """Child: `description` is a dictionary; `work` is called without arguments."""
    print(json.dumps(description), flush=True)
    for line in sys.stdin:
        seconds = []
        for _ in range(int(line)):
            wall, cpu = time.perf_counter(), time.thread_time()
            work()
            seconds.append({"wall": time.perf_counter() - wall, "cpu": time.thread_time() - cpu})
        print(json.dumps(seconds), flush=True)


class WorkerFailed(Exception):
    """The child ended; the message is the last line it wrote to standard error."""


class Worker:
    def __init__(self, command, environment):
        """@raises WorkerFailed if the child cannot do this work here"""
        self.process = subprocess.Popen([str(word) for word in command], env=environment, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.description = self._reply()

    def measure(self, repetitions):
        """@return a list of {"wall": seconds, "cpu": seconds of the working thread}"""
        self.process.stdin.write(f"{repetitions}\n")
        self.process.stdin.flush()
        return self._reply()

    def close(self):
        self.process.communicate()

    def _reply(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        said = self.process.communicate()[1].strip().split("\n")[-1]
        raise WorkerFailed(said or f"ended with code {self.process.returncode}")
