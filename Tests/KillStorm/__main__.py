"""Kills Berth, its supervisors and its jobs at random, damages what lies around them, and checks what is left.

usage: python3 Tests/KillStorm [--berth PATH] [--kills N] [--seed S] [--keep]

Two watches follow the manifests of a dozen jobs in three layers. Between edits of the manifests, one after the other of these
is done to them: a watch, a supervisor, a job or everything is killed; the machine restarts; somebody looks at a copy of the
state; a backup takes the place of the state; directories of runs are removed; the file of the state is deleted. In the end
every job is changed once more and left in peace, and must complete. Every attempt must have been executed at most once, and no
job beside itself. No watch may have ended by itself, and no command by a signal. A seed decides everything but the moments. Ends
with 1 if anything is wrong.
"""

import argparse
import collections
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

BASE = """
apiVersion: berth/v1
kind: Organization
metadata: {name: o}
---
apiVersion: berth/v1
kind: User
metadata: {name: u}
spec: {email: u@example.org, organizations: [o]}
---
apiVersion: berth/v1
kind: Cluster
metadata: {name: c}
spec: {organization: o, creator: u, engine: {type: process}, capacity: {ram: 8Gi, cpu: 6}}
"""

JOB = """
apiVersion: berth/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  cluster: o/c
  user: u
  image: test/script
  resources: {{ram: 64Mi, cpu: 1}}
  retry: {{limit: 1000, backoff: 1s}}
  env: {{EDIT: "{edit}", OUT: "{out}", NAME: "{name}", PAUSE: "{pause}"}}
  dependsOn: [{dependencies}]
  command:
    - bash
    - -c
    - |
      exec 9>> "$OUT/lock-$NAME"
      flock -n 9 || echo "$NAME $BERTH_RUN" >> "$OUT/beside"
      echo "$BERTH_RUN" >> "$OUT/executed"
      sleep "$PAUSE"
"""


class Storm:
    """One state with its manifests, watches and runs."""

    def __init__(self, berth, seed):
        self.random = random.Random(seed)
        self.berth = berth
        self.root = os.path.realpath(tempfile.mkdtemp(prefix="berth-storm-"))
        self.out, self.manifests = f"{self.root}/out", f"{self.root}/m"
        self.state, self.runs = f"{self.root}/s/state.db", f"{self.root}/s/runs"
        for path in (self.out, self.manifests, f"{self.root}/s"):
            os.mkdir(path)
        self.edits = collections.Counter()
        self.names = [f"job-{layer}-{index}" for layer in range(3) for index in range(4)]
        self.watches = []
        self.wrong = []
        self.counts = collections.Counter()
        self.write("base", BASE)
        for name in self.names:
            self.edit(name)

    # The manifests

    def write(self, name, text):
        with open(f"{self.manifests}/.{name}", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(f"{self.manifests}/.{name}", f"{self.manifests}/{name}.yaml")

    def edit(self, name, pause=None):
        self.edits[name] += 1
        layer = int(name.split("-")[1])
        above = [f"job-{layer - 1}-{index}" for index in (0, 2)] if layer else []
        pause = self.random.choice([0.05, 0.2, 0.5, 1.5]) if pause is None else pause
        self.write(name, JOB.format(
            name=name, edit=self.edits[name], out=self.out, pause=pause, dependencies=", ".join(above)))

    # Berth

    def command(self, *arguments, state=None, limit=60):
        line = [self.berth, *arguments, "--state", state or self.state]
        result = subprocess.run(line, capture_output=True, text=True, timeout=limit, stdin=subprocess.DEVNULL, check=False)
        if result.returncode < 0:
            self.wrong.append(f"{' '.join(arguments)} ended by signal {-result.returncode}:\n{result.stderr[-3000:]}")
        return result

    def watch(self):
        log = open(f"{self.root}/watch.log", "ab")
        line = [self.berth, "watch", self.manifests, "--state", self.state]
        self.watches.append(subprocess.Popen(line, stdout=log, stderr=log, stdin=subprocess.DEVNULL))
        log.close()

    def keep_watching(self):
        self.find_ended_watches()
        while len(self.watches) < 2:
            self.watch()

    def find_ended_watches(self):
        """Takes note of watches that have ended, though nobody has killed them."""
        for watch in self.watches:
            if watch.poll() is not None:
                with open(f"{self.root}/watch.log", encoding="utf-8", errors="replace") as log:
                    self.wrong.append(f"a watch ended by itself with {watch.returncode}; all of them said:\n{log.read()[-3000:]}")
        self.watches = [watch for watch in self.watches if watch.returncode is None]

    def kill_watches(self):
        self.find_ended_watches()
        self.forget_watches()

    def forget_watches(self):
        for watch in self.watches:
            watch.kill()
            watch.wait()
        self.watches = []

    # Processes

    def related(self):
        """Pids of everything that belongs to this storm, except for this program."""
        mark, found = (self.root + "/").encode(), []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    line = file.read()
                with open(f"/proc/{entry}/environ", "rb") as file:
                    variables = file.read()
            except OSError:
                continue
            if mark in line or mark in variables:
                found.append((int(entry), line.split(b"\0")))
        return found

    def shims(self):
        return [pid for pid, line in self.related() if len(line) > 3 and line[1] == b"run" and b"berth-shim" in line[0]]

    def jobs(self):
        return [pid for pid, line in self.related() if line[0] in (b"bash", b"sleep")]

    @staticmethod
    def kill(pid, number=signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    def kill_everything(self):
        """Ends all processes at one moment, as far as any of them can see."""
        self.find_ended_watches()
        while True:
            moving = [pid for pid, _ in self.related() if not self.has_stopped(pid)]
            if not moving:
                break
            for pid in moving:
                self.kill(pid, signal.SIGSTOP)
            time.sleep(0.001)
        while self.related():
            for pid, _ in self.related():
                self.kill(pid)
            for watch in self.watches:
                watch.poll()
            time.sleep(0.001)
        self.forget_watches()

    @staticmethod
    def has_stopped(pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                return file.read().rpartition(")")[2].split()[0] in "TtZX"
        except OSError:
            return True

    # What is done to them

    def kill_a_watch(self):
        watch = self.random.choice(self.watches)
        self.watches.remove(watch)
        watch.kill()
        if watch.wait() != -signal.SIGKILL:
            self.wrong.append(f"a watch ended by itself with {watch.returncode}")

    def kill_a_shim(self):
        shims = self.shims()
        if shims:
            self.kill(self.random.choice(shims))

    def kill_a_job(self):
        jobs = self.jobs()
        if jobs:
            self.kill(self.random.choice(jobs))

    def kill_all(self):
        self.kill_everything()

    def restart_the_machine(self):
        self.kill_everything()
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read().strip()
        for name in os.listdir(self.runs) if os.path.isdir(self.runs) else []:
            for file in ("spec", "started"):
                path = f"{self.runs}/{name}/{file}"
                if os.path.isfile(path):
                    with open(path, "rb") as opened:
                        text = opened.read()
                    with open(path, "wb") as opened:
                        opened.write(text.replace(boot.encode(), boot[::-1].encode()))

    def look_at_a_copy(self):
        copy = f"{self.root}/copy"
        shutil.rmtree(copy, ignore_errors=True)
        # Files may come and go meanwhile, and FIFOs are copied as such.
        subprocess.run(["cp", "-a", f"{self.root}/s", copy], capture_output=True, check=False)
        for words in (["diff", self.manifests], ["doctor"], ["why", "job-0-0"], ["forecast"], ["get"]):
            self.command(*words, state=f"{copy}/state.db")

    def back_up(self):
        self.kill_everything()
        shutil.rmtree(f"{self.root}/backup", ignore_errors=True)
        os.mkdir(f"{self.root}/backup")
        for name in os.listdir(f"{self.root}/s"):
            if name.startswith("state.db"):
                shutil.copy(f"{self.root}/s/{name}", f"{self.root}/backup/{name}")

    def restore(self):
        if not os.path.isdir(f"{self.root}/backup"):
            return self.back_up()
        self.kill_everything()
        self.delete_state()
        for name in os.listdir(f"{self.root}/backup"):
            shutil.copy(f"{self.root}/backup/{name}", f"{self.root}/s/{name}")
        return None

    def remove_a_run(self):
        if os.path.isdir(self.runs):
            names = [name for name in os.listdir(self.runs) if name.startswith("berth-")]
            if names:
                shutil.rmtree(f"{self.runs}/{self.random.choice(names)}", ignore_errors=True)

    def remove_all_runs(self):
        shutil.rmtree(self.runs, ignore_errors=True)

    def delete_state(self):
        """Deletes the file of the state under live runs, which their supervisors have had time to restore."""
        self.kill_watches()
        time.sleep(1.5 if self.shims() else 0)
        for name in os.listdir(f"{self.root}/s"):
            if name.startswith("state.db"):
                os.unlink(f"{self.root}/s/{name}")

    def strike(self):
        kinds = [
            (self.kill_a_watch, 8), (self.kill_a_shim, 8), (self.kill_a_job, 4), (self.kill_all, 2),
            (self.restart_the_machine, 2), (self.look_at_a_copy, 1), (self.back_up, 1), (self.restore, 1),
            (self.remove_a_run, 3), (self.remove_all_runs, 2), (self.delete_state, 1),
        ]
        kind = self.random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        self.counts[kind.__name__] += 1
        kind()

    # The check

    def finish(self):
        """Leaves everything in peace until all is done, and returns what is wrong."""
        self.kill_watches()
        for name in self.names:
            self.edit(name, pause=0.05)
        wrong = self.wrong
        applied = self.command("apply", self.manifests, "--yes", "--wait", "--timeout", "3m", limit=240)
        if applied.returncode != 0:
            wrong.append(f"the last apply ended with {applied.returncode}:\n{applied.stdout[-3000:]}{applied.stderr[-3000:]}")
        with contextlib.closing(sqlite3.connect(f"file:{self.state}?mode=ro", uri=True)) as database:
            statuses = dict(database.execute("SELECT name, status FROM deployments"))
        if sorted(statuses.values()) != ["COMPLETED"] * len(self.names):
            wrong.append(f"not everything is COMPLETED: {statuses}")
        executed = self.lines("executed")
        for run, count in collections.Counter(executed).items():
            if count > 1:
                wrong.append(f"{run} was executed {count} times")
        wrong += [f"beside another run of itself: {line}" for line in self.lines("beside")]
        self.counts["executions"] = len(executed)
        return wrong

    def lines(self, name):
        try:
            with open(f"{self.out}/{name}", encoding="ascii") as file:
                return file.read().split("\n")[:-1]
        except FileNotFoundError:
            return []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser.add_argument("--berth", default=f"{here}/.build/debug/berth", help="the program to test")
    parser.add_argument("--kills", type=int, default=1000, help="number of strikes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="keep the directory of a storm that found something")
    options = parser.parse_args()
    storm = Storm(os.path.abspath(options.berth), options.seed)
    begun = time.monotonic()
    wrong = []
    try:
        for _ in range(options.kills):
            storm.keep_watching()
            time.sleep(storm.random.uniform(0, 0.6))
            for name in storm.random.sample(storm.names, storm.random.randrange(4)):
                storm.edit(name)
            storm.strike()
        wrong = storm.finish()
    finally:
        storm.kill_everything()
    figures = ", ".join(f"{name} {count}" for name, count in sorted(storm.counts.items()))
    print(f"seed {options.seed}: {options.kills} strikes in {time.monotonic() - begun:.0f} s: {figures}")
    for line in wrong:
        print(f"wrong: {line}")
    if wrong and options.keep:
        print(f"kept: {storm.root}")
    else:
        shutil.rmtree(storm.root, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
