"""Plan against deed: what `diff` shows, held against what `apply` does, the recorded state, and the live processes."""

import json
import re
from collections import Counter

from place import LIVE, plan_of

# The event by which each action is recorded.
ACTIONS = {"created": "register", "updated": "update", "admitted": "start", "stopping": "stop", "deleted": "prune"}
# Events of ends that nobody asked for: what follows from one was not in the plan, and need not be.
ENDS = ("ended", "completed", "failed")
# Members of a plan that are counted from the time at which it is made.
TIMES = re.compile(r'"(from|until|at|since|inSeconds|secondsLost|gpuSecondsLost|expectedAt|waitedSeconds)": ("[^"]*"|[0-9.]+)')


class Difference(Exception):
    """Something happened that the plan does not show, or did not happen that it shows."""

    def __init__(self, kind, detail):
        super().__init__(f"{kind}: {detail}")
        self.kind = kind


class Refused(Exception):
    """The commit is refused, by `diff` and `apply` alike; nothing has been done."""


def untimed(text):
    return TIMES.sub('"time": 0', text).replace('"offline": true', '"offline": false')


def flags_for(plan):
    """The flags that confirm what a plan asks to have confirmed; `None` if something else is refused."""
    flags = []
    for refusal in plan["refusals"]:
        if refusal["code"] == "deletesTooMuch":
            flags += ["--confirm-prune", str(refusal["count"])]
        elif refusal["code"] == "emptySource":
            flags += ["--allow-empty"]
        elif refusal["code"] == "ownedElsewhere":
            flags += ["--take-ownership"]
        else:
            return None
    return list(dict.fromkeys(flags)) if "--take-ownership" in flags else flags


class Checker:
    def __init__(self, place, is_still):
        self.place = place
        self.is_still = is_still

    def commit(self, world, source, interactive=False):
        """Applies a source and holds what happened against what was shown. Returns the number of actions compared."""
        place = self.place
        directory = f"{place.root}/{source}"
        common = [directory, "--source", source]
        flags = []
        for _ in range(4):
            diff = place.run(world, "diff", *common, *flags, "-o", "json")
            if diff.returncode not in (0, 4):
                self.expect_refusal(world, common, flags, diff)
            plan = plan_of(diff.stdout)
            if not plan["refusals"]:
                break
            wanted = flags_for(plan)
            if wanted is None or all(flag in flags for flag in wanted):
                self.expect_refusal(world, common, flags, diff)
            flags += wanted
        else:
            raise Difference("endless refusals", diff.stdout)
        before_objects, before_event = place.objects(), place.last_event()
        before = place.deployments()
        if interactive and (plan["hasChanges"]):
            status, output, answers = place.run_on_terminal(world, "apply", *common, *flags)
            if status not in (0, 4 if self.holds_back(plan) else 0, 0 if self.is_still else 3) or answers != 1:
                raise Difference("a confirmed apply", f"exit code {status} after {answers} prompts:\n{output}")
        else:
            done = place.run(world, "apply", *common, *flags, "--yes", "-o", "json")
            # 4: something that is protected was held back.
            if done.returncode not in (0, 3) and not (done.returncode == 4 and self.holds_back(plan)):
                raise Difference("apply fails", f"{done.returncode}\n{done.stderr}\n{diff.stdout}")
            if done.returncode == 3 and self.is_still:
                raise Difference("apply does not converge", done.stderr)
            if self.is_still and untimed(repr_plan(plan_of(done.stdout))) != untimed(repr_plan(plan)):
                raise Difference("apply shows another plan", first_difference(plan, plan_of(done.stdout)))
        ended = self.compare_events(plan, before_event)
        self.compare_changes(plan, before_objects, before, ended)
        self.compare_processes()
        self.compare_holds(plan, ended)
        self.expect_idle(world, common, flags)
        return sum(1 for action in plan["actions"] if action["action"] != "hold") + len(plan["changes"])

    @staticmethod
    def holds_back(plan):
        return any(action["action"] == "hold" and action["reason"]["code"] == "protected" for action in plan["actions"])

    def expect_refusal(self, world, common, flags, diff):
        """`apply` refuses what `diff` refuses, with the same code, and does nothing."""
        before = self.place.objects(), self.place.runs()
        done = self.place.run(world, "apply", *common, *flags, "--yes", "-o", "json")
        refused = 4 if diff.returncode == 0 else diff.returncode
        if done.returncode != refused:
            raise Difference("diff refuses, apply does not",
                             f"{diff.returncode} and {done.returncode}\n{diff.stderr}\n{diff.stdout[-2000:]}\n{done.stderr}")
        if before != (self.place.objects(), self.place.runs()):
            raise Difference("a refused apply does something", done.stderr)
        raise Refused(diff.stderr or "\n".join(each["text"] for each in plan_of(diff.stdout)["refusals"]))

    def compare_events(self, plan, before):
        """Every action is recorded, and nothing else but what follows an end. Returns what ended by itself."""
        planned = Counter(
            ("stop" if action["action"] == "preempt" else action["action"], action["object"]["identity"])
            for action in plan["actions"] if action["action"] != "hold")
        ended = set()
        for event in self.place.events(before):
            if event["code"] in ENDS:
                ended.add(event["identity"])
            action = ACTIONS.get(event["code"])
            if action is None:
                continue
            deed = (action, event["identity"])
            if planned[deed] > 0:
                planned[deed] -= 1
            elif not ended or self.is_still and event["code"] != "admitted":
                raise Difference("done and not planned", f"{deed}: {event['message']}\n{brief(plan)}")
            elif self.is_still:
                raise Difference("started and not planned", f"{deed}\n{brief(plan)}")
        left = [deed for deed, count in planned.items() if count > 0]
        if left and (self.is_still or not ended):
            raise Difference("planned and not done", f"{left}\n{brief(plan)}")
        return ended

    def compare_changes(self, plan, objects, before, ended):
        now, deployments = self.place.objects(), self.place.deployments()
        held = {action["object"]["identity"] for action in plan["actions"] if action["action"] == "hold"}
        for change in plan["changes"]:
            kind, identity = change["object"]["kind"], change["object"]["identity"]
            key, former = (kind, identity), change["renamedFrom"]
            if change["kind"] == "delete":
                if key in now and now[key] == objects.get(key) and identity not in held:
                    raise Difference("shown as deleted, and still there", f"{key}\n{brief(plan)}")
            elif key not in now:
                raise Difference(f"shown as {change['kind']}, and not there", f"{key}\n{brief(plan)}")
            elif change["kind"] == "create":
                if now[key] in [number for other, number in objects.items() if other[0] == kind]:
                    raise Difference("shown as created, and was there before", f"{key}\n{brief(plan)}")
            elif former:
                old = (kind, former["identity"] if isinstance(former, dict) else former)
                if old in objects and objects[old] != now[key]:
                    raise Difference("shown as renamed, and is another", f"{old} → {key}\n{brief(plan)}")
            elif key in objects and objects[key] != now[key]:
                raise Difference(f"shown as {change['kind']}, and is another", f"{key}\n{brief(plan)}")
            if change["kind"] == "replace" and kind == "Deployment" and not former:
                if identity in before and deployments[identity]["generation"] != before[identity]["generation"] + 1:
                    raise Difference("shown as replaced, and is not a new generation", identity)
        changed = {(change["object"]["kind"], change["object"]["identity"]) for change in plan["changes"]}
        moved = [key for key, number in objects.items() if now.get(key) not in (number,)]
        for key in moved:
            if key not in changed and not self.is_renamed_away(plan, key) and not self.was_withdrawn(before, key):
                raise Difference("gone, and not in the plan", f"{key}\n{brief(plan)}")

    @staticmethod
    def was_withdrawn(before, key):
        return key[0] == "Deployment" and before.get(key[1], {}).get("is_withdrawn")

    @staticmethod
    def is_renamed_away(plan, key):
        """Whether a change renames the object, or its cluster or organization."""
        for change in plan["changes"]:
            former = change["renamedFrom"]
            if former is None:
                continue
            old = former["identity"] if isinstance(former, dict) else former
            if key[1] == old or key[1].startswith(old + "/"):
                return True
        return False

    def compare_processes(self):
        """The live processes are those of the live runs, each of them once."""
        recorded = {run["name"]: run for run in self.place.runs() if run["state"] in LIVE}
        alive = self.place.live_runs()
        for name in alive:
            if name not in recorded:
                raise Difference("a process without a live run", name)
        for name, run in recorded.items():
            if run["state"] == "running" and name not in alive and self.is_still:
                raise Difference("a running run without a process", f"{name} of {run['identity']}")
        over = self.place.rows(
            "SELECT name FROM clusters WHERE held_cpu_milli > total_cpu_milli OR held_gpu_milli > total_gpu_milli")
        live = Counter(run["deployment_id"] for run in recorded.values())
        if any(count > 1 for count in live.values()):
            raise Difference("two live runs of one deployment", str(live))
        return over

    def compare_holds(self, plan, ended):
        """What is shown as held does not run in its present generation."""
        deployments = self.place.deployments()
        running = {run["deployment_id"]: run for run in self.place.runs() if run["state"] in ("starting", "running")}
        for action in plan["actions"]:
            row = deployments.get(action["object"]["identity"])
            if action["action"] != "hold" or row is None:
                continue
            run = running.get(row["id"])
            if run and run["generation"] == row["generation"] and self.is_still and not row["is_withdrawn"]:
                raise Difference("shown as held, and runs", f"{action}\n{brief(plan)}")

    def expect_idle(self, world, common, flags):
        """Nothing is left to do but to wait."""
        again = self.place.run(world, "diff", *common, *flags, "--exit-code", "-o", "json")
        if again.returncode == 2 and self.is_still:
            raise Difference("a diff after the apply has changes", brief(plan_of(again.stdout)))
        if again.returncode not in (0, 2):
            raise Difference("a diff after the apply fails", again.stderr or brief(plan_of(again.stdout)))
        event = self.place.last_event()
        done = self.place.run(world, "apply", *common, *flags, "--yes", "-o", "json")
        if done.returncode not in (0, 3, 4):
            raise Difference("a second apply fails", done.stderr)
        if self.is_still and any(each["code"] in ACTIONS for each in self.place.events(event)):
            raise Difference("a second apply does something", str(self.place.events(event)))


def repr_plan(plan):
    return json.dumps(plan, indent=1)


def first_difference(left, right):
    pairs = zip(untimed(repr_plan(left)).splitlines(), untimed(repr_plan(right)).splitlines())
    for number, (one, other) in enumerate(pairs):
        if one != other:
            return f"line {number}: {one} | {other}\n{brief(left)}\n{brief(right)}"
    return f"of other lengths\n{brief(left)}\n{brief(right)}"


def brief(plan):
    """The changes and actions of a plan, a line each."""
    lines = [f"  {change['kind']} {change['object']['identity']}"
             + (f" was {change['renamedFrom']}" if change["renamedFrom"] else "") for change in plan["changes"]]
    lines += [f"  {action['action']} {action['object']['identity']}: {action['text']}" for action in plan["actions"]]
    lines += [f"  refused: {refusal['text']}" for refusal in plan["refusals"]]
    return "\n".join(lines)
