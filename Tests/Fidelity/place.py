"""A temporary directory with two sources, a recorded state and its runs, seen from outside."""

import json
import os
import pty
import select
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

from world import SOURCES

LIVE = ("starting", "running", "stopping")


class Place:
    def __init__(self, berth):
        self.berth = berth
        self.root = tempfile.mkdtemp(prefix="berth-fidelity-")
        self.state = f"{self.root}/state/state.db"
        for source in SOURCES:
            os.mkdir(f"{self.root}/{source}")

    def close(self):
        """Kills every process of this directory's runs, and removes it."""
        for _ in range(50):
            pids = self.processes()
            if not pids:
                break
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.01)
        shutil.rmtree(self.root, ignore_errors=True)

    def write(self, world):
        for source in SOURCES:
            path = f"{self.root}/{source}/all.yaml"
            with open(path + ".new", "w", encoding="utf-8") as file:
                file.write(world.manifests(source))
            os.rename(path + ".new", path)

    def environment(self, world):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SECRET_", "BERTH_"))}
        return clean | world.secrets

    def run(self, world, *arguments):
        return subprocess.run(
            [self.berth, *arguments, "--state", self.state], env=self.environment(world), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False)

    def run_on_terminal(self, world, *arguments):
        """Runs a command on a pseudo-terminal and answers its prompt with `y`. Returns its exit code and its output."""
        pid, terminal = pty.fork()
        if pid == 0:
            try:
                os.execve(self.berth, [self.berth, *arguments, "--state", self.state],
                          self.environment(world) | {"TERM": "xterm"})
            finally:
                os._exit(127)
        output, answers, deadline = b"", 0, time.monotonic() + 120
        while time.monotonic() < deadline:
            readable, _, _ = select.select([terminal], [], [], 1)
            if not readable:
                continue
            try:
                chunk = os.read(terminal, 65536)
            except OSError:
                break
            if not chunk:
                break
            output += chunk
            if output.count(b"[y/N]") > answers:
                answers += 1
                if answers > 5:
                    break
                os.write(terminal, b"y\n")
        else:
            os.kill(pid, signal.SIGKILL)
        if answers > 5:
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        return os.waitstatus_to_exitcode(status), output.decode(errors="replace"), answers

    # MARK: What is recorded

    def rows(self, query):
        if not os.path.exists(self.state):
            return []
        connection = sqlite3.connect(f"file:{self.state}?mode=ro", uri=True)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]
        finally:
            connection.close()

    def deployments(self):
        """The recorded deployments by identity."""
        rows = self.rows(
            """SELECT d.*, o.name || '/' || c.name || '/' || d.name AS identity, s.name AS source FROM deployments d
               JOIN clusters c ON c.id = d.cluster_id JOIN organizations o ON o.id = c.organization_id
               JOIN sources s ON s.id = d.source_id""")
        return {row["identity"]: row for row in rows}

    def objects(self):
        """The recorded ids of all objects, by kind and identity."""
        found = {("Deployment", identity): row["id"] for identity, row in self.deployments().items()}
        for row in self.rows("SELECT id, name FROM organizations"):
            found[("Organization", row["name"])] = row["id"]
        for row in self.rows("SELECT id, username FROM users"):
            found[("User", row["username"])] = row["id"]
        for row in self.rows("SELECT c.id, o.name || '/' || c.name AS identity FROM clusters c "
                             "JOIN organizations o ON o.id = c.organization_id"):
            found[("Cluster", row["identity"])] = row["id"]
        return found

    def runs(self):
        return self.rows("SELECT * FROM runs ORDER BY id")

    def events(self, after):
        return self.rows(f"SELECT * FROM events WHERE id > {after} ORDER BY id")

    def last_event(self):
        rows = self.rows("SELECT max(id) AS last FROM events")
        return rows[0]["last"] or 0 if rows else 0

    # MARK: What is alive

    def processes(self):
        """The pids of all processes that name this directory in their arguments or their environment."""
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == os.getpid():
                continue
            for file in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{name}/{file}", "rb") as source:
                        if f"{self.root}/".encode() in source.read():
                            found.append(int(name))
                            break
                except OSError:
                    pass
        return found

    def live_runs(self):
        """The pid of the job of each run that is alive, by the run's name."""
        runs = f"{os.path.dirname(self.state)}/runs"
        found = {}
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
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                    if file.read().rsplit(")", 1)[1].split()[0] != "Z":
                        found[name] = pid
            except OSError:
                pass
        return found


def plan_of(text):
    """The plan at the beginning of a command's JSON output."""
    return json.JSONDecoder().raw_decode(text)[0] if text.strip() else None
