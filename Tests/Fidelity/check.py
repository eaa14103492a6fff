"""Plan against deed: what `diff` shows, held against what `apply` does, the recorded state, and the live processes."""

import json
import re
import time
from collections import Counter
from datetime import datetime

from place import plan_of

LIVE = ("starting", "running", "stopping")
# The event by which each action is recorded.
ACTIONS = {"created": "register", "updated": "update", "admitted": "start", "stopping": "stop", "deleted": "prune"}
# Members of a plan that are counted from the time at which it is made.
TIMES = re.compile(
    r'"(from|until|at|since|inSeconds|secondsLost|gpuSecondsLost|expectedAt|waitedSeconds)": ("[^"]*"|[0-9.]+)')
# The same in a text for people: a victim's cool-down begins when the plan is made.
MOMENT = re.compile(r"not before [0-9T:-]+Z")
# A name of a recorded object that no manifest can declare.
INTERNAL_NAME = re.compile(r"(?<=[a-z0-9])~[0-9]+")


class Difference(Exception):
    """Something happened that the plan does not show, or did not happen that it shows."""

    def __init__(self, kind, detail):
        super().__init__(f"{kind}: {detail}")
        self.kind = kind


class Refused(Exception):
    """The commit is refused, by `diff` and `apply` alike; nothing has been done."""


class Checker:
    def __init__(self, place, is_still):
        self.place = place
        self.is_still = is_still
        # Differences that a named assumption explains, which did not hold.
        self.explained = 0
        # Runs that were ended from outside after the last plan was shown.
        self.struck = set()

    def commit(self, world, source, interactive=False, strike=None, limits_stops=False):
        """Applies a source and holds what happened against what was shown. Returns the number of steps compared.

        `strike` is called when the plan has been shown and nothing has been done. It ends runs, and returns their names.
        """
        common = [f"{self.place.root}/{source}", "--source", source]
        plan, flags = self.ask(world, common)
        if limits_stops:
            self.expect_limit(world, common, flags, plan)
        self.struck = strike() if strike else set()
        self.carry_out(world, source, common, flags, plan, interactive)
        self.expect_idle(world, source, common, flags)
        return sum(1 for action in plan["actions"] if action["action"] != "hold") + len(plan["changes"])

    # MARK: Asking and refusing

    def ask(self, world, common):
        """Returns the plan, and the flags that confirm what it asks to have confirmed."""
        flags = []
        while True:
            diff = self.place.run(world, "diff", *common, *flags, "-o", "json")
            if diff.returncode not in (0, 4):
                self.expect_refusal(world, common, flags, diff)
            plan = plan_of(diff.stdout)
            if not plan["refusals"]:
                return plan, flags
            wanted = flags_for(plan)
            if wanted is None or all(flag in flags for flag in wanted):
                self.expect_refusal(world, common, flags, diff)
            flags += wanted
            if len(flags) > 12:
                raise Difference("endless refusals", diff.stdout)

    def expect_refusal(self, world, common, flags, diff):
        """`apply` refuses what `diff` refuses, with the same code, and does nothing."""
        before = self.place.objects(), self.place.runs()
        done = self.place.run(world, "apply", *common, *flags, "--yes", "-o", "json")
        if done.returncode != (4 if diff.returncode == 0 else diff.returncode):
            raise Difference("diff refuses, apply does not",
                             f"{diff.returncode} and {done.returncode}\n{diff.stderr}\n{diff.stdout[-2000:]}\n{done.stderr}")
        if before != (self.place.objects(), self.place.runs()):
            raise Difference("a refused apply does something", done.stderr)
        if "fatal error" in diff.stderr.lower() or diff.returncode not in (1, 4):
            raise Difference("diff fails", f"{diff.returncode}\n{diff.stderr}")
        raise Refused(diff.stderr or "\n".join(each["text"] for each in plan_of(diff.stdout)["refusals"]))

    def expect_limit(self, world, common, flags, plan):
        """A limit below the number of runs that are stopped refuses the plan."""
        started = {run["deployment_id"] for run in self.place.runs() if run["state"] == "running"}
        stopped = {action["object"]["identity"] for action in plan["actions"] if action["action"] in ("stop", "preempt")}
        if not stopped or len(stopped) > len(started) or not self.is_still:
            return
        limited = self.place.run(world, "diff", *common, *flags, "--max-stopped", str(len(stopped) - 1), "-o", "json")
        codes = [refusal["code"] for refusal in plan_of(limited.stdout)["refusals"]]
        if limited.returncode != 4 or codes != ["stopsTooMany"]:
            raise Difference("more are stopped than the limit", f"{limited.returncode} {codes}\n{brief(plan)}")

    # MARK: Doing

    def carry_out(self, world, source, common, flags, shown, interactive):
        """Applies, and compares."""
        place = self.place
        before = Before(place)
        if interactive and shown["hasChanges"]:
            status, output, answers = place.run_on_terminal(world, "apply", *common, *flags)
            plan = shown
            self.expect_status(status, plan, output)
            if answers != 1 and not self.explains(shown, before):
                raise Difference("a confirmed apply", f"exit code {status} after {answers} prompts:\n{output}")
        else:
            done = place.run(world, "apply", *common, *flags, "--yes", "-o", "json")
            plan = plan_of(done.stdout)
            self.expect_status(done.returncode, plan or shown, done.stderr)
            # Where runs end, notices tell of it, and that what has ended is held now goes without saying.
            over = None if self.is_still else self.over_since(before)
            if essence(plan, over) != essence(shown, over) and not self.explains(shown, before):
                raise Difference("apply shows another plan", first_difference(shown, plan, over))
        self.compare_events(plan, before)
        self.compare_changes(plan, before)
        self.compare_processes()
        self.compare_holds(plan)
        self.compare_declared(world, source)

    def expect_status(self, status, plan, output):
        """0, or 4 if something that is protected was held back; where runs end, 3 for what has FAILED."""
        holds_back = any(
            action["action"] == "hold" and action["reason"]["code"] == "protected" for action in plan["actions"])
        if status not in (0,) + (() if self.is_still else (3,)) + ((4,) if holds_back else ()):
            raise Difference("apply fails", f"{status}\n{output}\n{brief(plan)}")

    def explains(self, plan, before):
        """Whether something that the plan names as its assumption did not hold since it was made."""
        over, now = self.over_since(before), time.time()
        for one in plan["assumptions"]:
            holds = one["identity"] not in over if one["kind"] == "runGoesOn" else seconds(one["until"]) > now
            if not holds:
                self.explained += 1
                return True
        return False

    def over_since(self, before):
        """The deployments whose runs have ended by themselves since a moment, whether that is recorded yet or not, under
        all names that they have had since."""
        # A run that has ended is asked to stop all the same if its end is heard of afterwards.
        stopped, over, events = set(), set(self.struck), self.place.events(0)
        for event in events:
            if event["code"] == "stopping":
                stopped.add(event["run"])
            elif event["id"] > before.event and event["code"] == "ended" and event["run"] not in stopped:
                over.add(event["run"])
        runs = self.place.runs()
        over |= {run["name"] for run in runs
                 if run["state"] in LIVE and run["name"] not in stopped and self.place.has_ended(run["name"])}
        numbers = {run["deployment_id"] for run in runs if run["name"] in over}
        names = {event["identity"] for event in events if event["run"] in over}
        names |= {identity for identity, row in self.place.deployments().items() if row["id"] in numbers}
        return {shown(name) for name in names} | {run["identity"] for run in runs if run["name"] in over}

    # MARK: Comparing

    def compare_events(self, plan, before):
        """Every action is recorded, and nothing else but what an assumption explains that did not hold."""
        planned = Counter(
            ("stop" if action["action"] == "preempt" else action["action"], action["object"]["identity"])
            for action in plan["actions"] if action["action"] != "hold")
        for event in self.place.events(before.event):
            if INTERNAL_NAME.search(event["identity"] + event["message"]):
                raise Difference("an internal name is logged", f"{event['identity']}: {event['message']}")
            action = ACTIONS.get(event["code"])
            if action is None:
                continue
            deed = (action, event["identity"])
            if planned[deed] > 0:
                planned[deed] -= 1
            elif not self.explains(plan, before):
                raise Difference("done and not planned", f"{deed}: {event['message']}\n{brief(plan)}")
        left = [deed for deed, count in planned.items() if count > 0]
        if left and not self.explains(plan, before):
            raise Difference("planned and not done", f"{left}\n{brief(plan)}")

    def compare_changes(self, plan, before):
        """Each change led to the object that it names, and no other object has come, gone or changed its name."""
        now, ids = self.place.objects(), {key: row["id"] for key, row in before.objects.items()}
        held = {action["object"]["identity"] for action in plan["actions"] if action["action"] == "hold"}
        numbers = {kind: {number for key, number in ids.items() if key[0] == kind} for kind, _ in ids}
        for change in plan["changes"]:
            kind, identity, former = change["object"]["kind"], change["object"]["identity"], former_name(plan, change)
            key, row = (kind, identity), now.get((kind, identity))
            if change["kind"] == "delete":
                number = ids.get((kind, former))
                if any(each["id"] == number for other, each in now.items() if other[0] == kind) and identity not in held:
                    raise Difference("shown as deleted, and still there", f"{key}\n{brief(plan)}")
            elif row is None:
                raise Difference(f"shown as {change['kind']}, and not there", f"{key}\n{brief(plan)}")
            elif change["kind"] == "create":
                if row["id"] in numbers.get(kind, ()):
                    raise Difference("shown as created, and was there before", f"{key}\n{brief(plan)}")
            elif ids.get((kind, former), row["id"]) != row["id"]:
                raise Difference(f"shown as {change['kind']}, and is another", f"{former} → {key}\n{brief(plan)}")
            if change["kind"] == "replace" and kind == "Deployment":
                was = before.generations.get(row["id"])
                if was is not None and self.place.deployments()[identity]["generation"] != was + 1:
                    raise Difference("shown as replaced, and is not a new generation", identity)
        there = {(key[0], row["id"]) for key, row in now.items()}
        gone = sum(1 for change in plan["changes"] if change["kind"] == "delete" and
                   (change["object"]["kind"], ids.get(former_key(plan, change))) not in there)
        if self.is_still and gone != plan["summary"]["delete"]:
            raise Difference("another number of deletions", f"{gone}\n{brief(plan)}\n  {plan['summary']['text']}")
        changed = {former_key(plan, change) for change in plan["changes"]}
        for key, row in before.objects.items():
            is_there = key in now and now[key]["id"] == row["id"]
            if not (is_there or key in changed or row["is_withdrawn"] or is_renamed(plan, key)):
                raise Difference("gone, and not in the plan", f"{key}\n{brief(plan)}")

    def compare_processes(self):
        """The live processes are those of the live runs, each of them once."""
        recorded = {run["name"]: run for run in self.place.runs() if run["state"] in LIVE}
        alive = self.place.live_runs()
        for name in alive:
            if name not in recorded:
                raise Difference("a process without a live run", name)
        for name, run in recorded.items():
            if run["state"] == "running" and name not in alive and not self.place.comes_to_end(name):
                raise Difference("a running run without a process", f"{name} of {run['identity']}")
        live = Counter(run["deployment_id"] for run in recorded.values())
        if any(count > 1 for count in live.values()):
            raise Difference("two live runs of one deployment", str(live))

    def compare_holds(self, plan):
        """What is shown as held does not run in its present generation."""
        deployments = self.place.deployments()
        # Those that gave their name to another are shown under it.
        displaced = {shown(identity) for identity in deployments if shown(identity) != identity}
        running = {run["deployment_id"]: run for run in self.place.runs() if run["state"] in ("starting", "running")}
        for action in plan["actions"]:
            row = deployments.get(action["object"]["identity"])
            if action["action"] != "hold" or row is None or action["object"]["identity"] in displaced:
                continue
            run = running.get(row["id"])
            if run and run["generation"] == row["generation"] and self.is_still and not row["is_withdrawn"]:
                raise Difference("shown as held, and runs", f"{action}\n{brief(plan)}")

    def compare_declared(self, world, source):
        """The source owns what it declares, and nothing else that is not withdrawn."""
        declared = {(kind.capitalize(), "/".join(identity)) for kind in ("organization", "user", "cluster", "deployment")
                    for identity, item in world.kind(kind).items() if item["source"] == source}
        owned = {key for key, row in self.place.objects().items() if row["source"] == source and not row["is_withdrawn"]}
        if declared != owned:
            raise Difference("what is recorded is not what is declared",
                             f"missing: {sorted(declared - owned)}, beyond: {sorted(owned - declared)}")

    def expect_idle(self, world, source, common, flags):
        """Nothing is left to do but to wait, and what is held back goes on being shown."""
        before = Before(self.place)
        diff = self.place.run(world, "diff", *common, *flags, "--exit-code", "-o", "json")
        plan = plan_of(diff.stdout)
        if diff.returncode not in (0, 2):
            raise Difference("a diff after the apply fails", f"{diff.returncode}\n{diff.stderr}{plan and brief(plan)}")
        if (diff.returncode == 2) != plan["hasChanges"]:
            raise Difference("the exit code of diff is not that of its plan", f"{diff.returncode}\n{brief(plan)}")
        if self.is_still and plan["hasChanges"]:
            raise Difference("a diff after the apply has changes", brief(plan))
        held = {action["object"]["identity"] for action in plan["actions"] if action["action"] == "hold"}
        for (_, identity), row in before.objects.items():
            if row["is_withdrawn"] and row["source"] == source and shown(identity) not in held and self.is_still:
                raise Difference("withdrawn, still there, and not shown", f"{identity}\n{brief(plan)}")
        if self.is_still or not plan["hasChanges"]:
            done = self.place.run(world, "apply", *common, *flags, "--yes", "-o", "json")
            if done.returncode not in (0, 3, 4):
                raise Difference("a second apply fails", done.stderr)
            deeds = [event for event in self.place.events(before.event) if event["code"] in ACTIONS]
            if deeds and not self.explains(plan, before):
                raise Difference("a second apply does something", f"{deeds}\n{brief(plan)}")
        else:
            # Something has ended meanwhile: what follows is a plan and its deed again.
            self.carry_out(world, source, common, flags, plan, False)


class Before:
    """What was recorded before an apply."""

    def __init__(self, place):
        self.event = place.last_event()
        self.objects = place.objects()
        self.generations = {row["id"]: row["generation"] for row in place.deployments().values()}


def flags_for(plan):
    """The flags that confirm what a plan asks to have confirmed; `None` if something else is refused."""
    flags = []
    for refusal in plan["refusals"]:
        if refusal["code"] == "deletesTooMuch":
            flags += ["--confirm-prune", str(refusal["count"])]
        elif refusal["code"] == "emptySource":
            flags += ["--allow-empty"]
        elif refusal["code"] == "ownedElsewhere":
            flags += [] if "--take-ownership" in flags else ["--take-ownership"]
        else:
            return None
    return flags


def shown(identity):
    """A recorded identity as people see it."""
    return INTERNAL_NAME.sub("", identity)


def former_key(plan, change):
    """The kind and the identity under which a changed object was recorded before."""
    return change["object"]["kind"], former_name(plan, change)


def former_name(plan, change):
    """The identity under which a changed object was recorded before. A plan tells a new name once, of the object that has
    got it: what belongs to that object follows it."""
    if change["renamedFrom"] or change["kind"] == "delete":
        return change["renamedFrom"] or change["object"]["identity"]
    parts = change["object"]["identity"].split("/")
    formers = {each["object"]["identity"]: each["renamedFrom"] for each in plan["changes"]
               if each["renamedFrom"] and each["object"]["kind"] != "User"}
    for count in range(len(parts) - 1, 0, -1):
        former = formers.get("/".join(parts[:count]))
        if former:
            return "/".join([former] + parts[count:])
    return change["object"]["identity"]


def is_renamed(plan, key):
    """Whether a change renames the object, or its cluster or organization."""
    formers = [change["renamedFrom"] for change in plan["changes"] if change["renamedFrom"]]
    return any(key[1] == former or key[1].startswith(former + "/") for former in formers)


def essence(plan, over):
    """What must not differ between the plan that was shown and the one that is carried out: if nothing ends, all of it."""
    kept = plan
    if over is not None:
        kept = {"changes": plan["changes"], "actions": [
            action for action in plan["actions"]
            if action["action"] != "hold" or action["object"]["identity"] not in over]}
    text = MOMENT.sub("not before then", json.dumps(kept, indent=1))
    return TIMES.sub('"time": 0', text).replace('"offline": true', '"offline": false')


def first_difference(shown, plan, over):
    pairs = zip(essence(shown, over).splitlines(), essence(plan, over).splitlines())
    line = next((f"{one} | {other}" for one, other in pairs if one != other), "of other lengths")
    return f"{line}\n{brief(shown)}\nand\n{brief(plan)}"


def brief(plan):
    """The changes, actions and assumptions of a plan, a line each."""
    lines = [f"  {change['kind']} {change['object']['identity']}"
             + (f" was {change['renamedFrom']}" if change["renamedFrom"] else "") for change in plan["changes"]]
    lines += [f"  {action['action']} {action['object']['identity']}: {action['text']}" for action in plan["actions"]]
    lines += [f"  refused: {refusal['text']}" for refusal in plan["refusals"]]
    lines += [f"  assumes {one['kind']} {one['identity']} {one['until'] or ''}" for one in plan["assumptions"]]
    return "\n".join(lines)


def seconds(text):
    """The time of an RFC 3339 instant in UTC, in seconds; fractions beyond microseconds are left out."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(whole + "+00:00").timestamp() + float("0." + (fraction or "0"))
