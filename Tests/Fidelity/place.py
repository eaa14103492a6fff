"""A temporary directory with two sources, a recorded state and its runs, seen from outside."""

import json
import os
import pty
import select
import shlex
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

from world import SOURCES

# The longest time that anything may take, in seconds; a machine under load needs some of it.
PATIENCE = 120
# In memory, if there is such a directory, because every commit is made durable.
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None


class Place:
    def __init__(self, berth):
        self.berth = berth
        self.root = tempfile.mkdtemp(prefix="berth-fidelity-", dir=MEMORY)
        self.state = f"{self.root}/state/state.db"
        self.connection = None
        # What was done here, as a shell script.
        self.script = []
        for source in SOURCES:
            os.mkdir(f"{self.root}/{source}")

    def close(self):
        """Kills every process of this directory's runs, and removes it."""
        if self.connection:
            self.connection.close()
        for _ in range(50):
            pids = self.processes()
            if not pids:
                break
            for pid in pids:
                send(pid, signal.SIGKILL)
            for pid in pids:
                await_end(pid)
        shutil.rmtree(self.root, ignore_errors=True)

    def write(self, source, text):
        path = f"{self.root}/{source}/all.yaml"
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)
        self.script.append(f"cat > {source}/all.yaml <<'END'\n{text}END")

    def environment(self, world):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SECRET_", "BERTH_"))}
        return clean | world.secrets

    def note(self, world, arguments):
        secrets = "".join(f"{name}={shlex.quote(value)} " for name, value in world.secrets.items())
        words = [word.replace(f"{self.root}/", "") for word in arguments]
        self.script.append(f"{secrets}berth {shlex.join(words)} --state state/state.db")

    def run(self, world, *arguments):
        self.note(world, arguments)
        return subprocess.run(
            [self.berth, *arguments, "--state", self.state], env=self.environment(world), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE, check=False)

    def run_on_terminal(self, world, *arguments):
        """Runs a command on a pseudo-terminal, and answers each prompt with `y`.

        Returns its exit code, its output and the number of prompts.
        """
        self.note(world, arguments)
        pid, terminal = pty.fork()
        if pid == 0:
            try:
                os.execve(self.berth, [self.berth, *arguments, "--state", self.state],
                          self.environment(world) | {"TERM": "xterm"})
            finally:
                os._exit(127)
        output, answers, deadline = b"", 0, time.monotonic() + PATIENCE
        while True:
            readable, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
            try:
                chunk = os.read(terminal, 65536) if readable else b""
            except OSError:
                chunk = b""  # Linux reports the end of a terminal as an error.
            if not chunk:
                break
            output += chunk
            if output.count(b"[y/N]") > answers:
                answers += 1
                if answers > 5:
                    break
                os.write(terminal, b"y\n")
        if answers > 5 or time.monotonic() >= deadline:
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        return os.waitstatus_to_exitcode(status), output.decode(errors="replace"), answers

    # MARK: What is recorded

    def rows(self, query, *arguments):
        if self.connection is None:
            if not os.path.exists(self.state):
                return []
            # With no statement open between two calls it neither blocks a writer nor sees an old state.
            self.connection = sqlite3.connect(f"file:{self.state}?mode=ro", uri=True, isolation_level=None)
            self.connection.row_factory = sqlite3.Row
        return [dict(row) for row in self.connection.execute(query, arguments).fetchall()]

    def deployments(self):
        """The recorded deployments by identity."""
        rows = self.rows(
            """SELECT d.*, o.name || '/' || c.name || '/' || d.name AS identity FROM deployments d
               JOIN clusters c ON c.id = d.cluster_id JOIN organizations o ON o.id = c.organization_id""")
        return {row["identity"]: row for row in rows}

    def objects(self):
        """All recorded objects that are not withdrawn, by kind and identity: their ids and sources."""
        rows = self.rows(
            """SELECT 'Organization' AS kind, o.name AS identity, o.id, source_id, o.is_withdrawn FROM organizations o
               UNION ALL SELECT 'User', username, id, source_id, is_withdrawn FROM users
               UNION ALL SELECT 'Cluster', o.name || '/' || c.name, c.id, c.source_id, c.is_withdrawn
                 FROM clusters c JOIN organizations o ON o.id = c.organization_id
               UNION ALL SELECT 'Deployment', o.name || '/' || c.name || '/' || d.name, d.id, d.source_id, d.is_withdrawn
                 FROM deployments d JOIN clusters c ON c.id = d.cluster_id JOIN organizations o ON o.id = c.organization_id""")
        names = {row["id"]: row["name"] for row in self.rows("SELECT id, name FROM sources")}
        return {(row["kind"], row["identity"]): row | {"source": names.get(row["source_id"])} for row in rows}

    def runs(self):
        return self.rows("SELECT * FROM runs ORDER BY id")

    def events(self, after):
        return self.rows("SELECT * FROM events WHERE id > ? ORDER BY id", after)

    def last_event(self):
        rows = self.rows("SELECT max(id) AS last FROM events")
        return rows[0]["last"] or 0 if rows else 0

    # MARK: What is alive

    def processes(self):
        """The pids of all processes that name this directory in their arguments or their environment."""
        found, wanted = [], f"{self.root}/".encode()
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == os.getpid():
                continue
            for file in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{name}/{file}", "rb") as source:
                        if wanted in source.read():
                            found.append(int(name))
                            break
                except OSError:
                    pass
        return found

    def has_ended(self, run):
        return os.path.exists(f"{os.path.dirname(self.state)}/runs/{run}/exit")

    def comes_to_end(self, run):
        """Whether a run whose job is gone gets its end, which its supervisor writes a moment after the job has gone."""
        limit = time.monotonic() + 10
        while not self.has_ended(run):
            if time.monotonic() > limit:
                return False
            time.sleep(0.005)
        return True

    def live_runs(self):
        """The pid of the job of each run that is alive, by the run's name."""
        runs, found = f"{os.path.dirname(self.state)}/runs", {}
        if not os.path.isdir(runs):
            return found
        for name in os.listdir(runs):
            try:
                with open(f"{runs}/{name}/started", encoding="utf-8") as file:
                    facts = dict(line.split(" ", 1) for line in file.read().splitlines() if " " in line)
            except OSError:
                continue
            if os.path.exists(f"{runs}/{name}/exit"):
                continue
            pid = int(facts.get("child", 0))
            state = status(pid)
            if state and state[0] != "Z":
                found[name] = pid
        return found

    def strike(self, operations):
        """Kills or ends live jobs, waits until their supervisors have recorded it, and returns the names of the runs."""
        alive = sorted(self.live_runs().items())
        signals = {"kill": signal.SIGKILL, "finish": signal.SIGTERM, "fail": signal.SIGUSR1}
        supervisors, struck = [], set()
        for name, _, fraction, *_ in operations:
            if alive:
                run, pid = alive[int(fraction * len(alive))]
                facts = status(pid)
                self.script.append(f"kill -{signals[name.split()[0]].name[3:]} {pid}  # the job of {run}")
                send(pid, signals[name.split()[0]])
                struck.add(run)
                if facts:
                    supervisors.append(int(facts[1]))
        for supervisor in supervisors:
            await_end(supervisor)
        return struck


def status(pid):
    """The state and the parent of a process, and what follows in its `stat`; `None` if there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()
    except OSError:
        return None


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def await_end(pid):
    """Waits until a process that need not be a child has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return
    try:
        select.select([descriptor], [], [], 10)
    finally:
        os.close(descriptor)


def plan_of(text):
    """The plan at the beginning of a command's JSON output."""
    return json.JSONDecoder().raw_decode(text)[0] if text.strip() else None
