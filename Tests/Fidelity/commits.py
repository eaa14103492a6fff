"""Generated commits: lists of operations on a world, which can be replayed with some of them left out.

An operation is a list [name, kind, a, b, c, fresh]: fractions that pick objects of a kind, and a name that may be new.
It does nothing to a world that it does not fit, so that every part of a history can be left out.
"""

import random

from world import KINDS, PRIORITIES, SOURCES

SCRIPTS = {
    # Goes on until it is asked to stop, which it takes for its end; SIGUSR1 makes it fail.
    "still": "trap 'exit 0' TERM; trap 'exit 3' USR1; sleep 3600 & wait",
    "short": "exit 0",
    "failing": "exit 3",
}
# Names that come back after their objects are gone, so that old and new meanings of one name meet.
COMMON_NAMES = ["main", "canary", "spare"]

WEIGHTS = [
    ("create deployment", 8), ("remove deployment", 6), ("rename deployment", 5), ("move deployment", 4),
    ("swap deployment", 3), ("usurp deployment", 3), ("create cluster", 3), ("remove cluster", 2), ("rename cluster", 3),
    ("move cluster", 2), ("swap cluster", 1), ("usurp cluster", 1), ("create organization", 1), ("remove organization", 1),
    ("rename organization", 2), ("swap organization", 0.5), ("create user", 1), ("remove user", 2), ("rename user", 2),
    ("swap user", 0.5), ("version", 6), ("priority", 5), ("size", 4), ("capacity", 4), ("suspend", 3), ("protect", 3),
    ("depend", 4), ("undepend", 2), ("deactivate", 2), ("leave", 1), ("join", 1), ("secret", 3), ("source", 2), ("mode", 1),
    ("creator", 1), ("owner", 2), ("forget", 3), ("urgent", 3), ("withdraw all", 0.3),
]
# Only in worlds in which runs end: what is done to live runs, before the plan is made or after.
STRIKES = [("kill", 3), ("finish", 2), ("fail", 2), ("kill late", 3), ("finish late", 3), ("fail late", 2)]


def history(rng, is_still, length):
    """The commits of a world: lists of operations."""
    names, weights = zip(*(WEIGHTS if is_still else WEIGHTS + STRIKES))
    story = [base(rng, is_still)]
    for number in range(1, length):
        count = rng.choices([1, 2, 3, 4], [4, 4, 2, 1])[0]
        story.append([operation(rng, rng.choices(names, weights)[0], f"n{number}-{index}", is_still)
                      for index in range(count)])
    return story


def operation(rng, name, fresh, is_still=True):
    if rng.random() < 0.35:
        fresh = rng.choice(COMMON_NAMES)
    verb, _, kind = name.partition(" ")
    made = [verb if kind in KINDS else name, kind if kind in KINDS else None, rng.random(), rng.random(), rng.random(), fresh]
    return made + [new_deployment(rng, is_still)] if name == "create deployment" else made


def base(rng, is_still):
    """The operations of the first commit."""
    made = [["create", "organization", 0, 0, 0, "org1"], ["create", "user", 0, 0, 0, "ada"],
            ["create", "user", 0, 0, 0, "bob"], ["create", "cluster", 0, rng.random(), rng.random(), "one"]]
    if rng.random() < 0.7:
        made.append(["create", "cluster", 0, rng.random(), rng.random(), "two"])
    return made + [operation(rng, "create deployment", f"d{number}", is_still) for number in range(rng.randint(2, 6))]


def new_deployment(rng, is_still):
    kind = "still" if is_still else rng.choices(["still", "short", "failing"], [7, 2, 1])[0]
    return {
        "script": SCRIPTS[kind], "mode": rng.choice(["job", "job", "service"]) if kind == "still" else "job",
        "priority": rng.choice(PRIORITIES), "cpu": rng.randint(1, 2), "gpu": rng.choice([0, 0, 0, 1, 0.5]),
        "suspend": rng.random() < 0.08, "protect": rng.random() < 0.1, "version": 0,
        "secret": rng.choice([None] * 6 + ["SECRET_A", "SECRET_B"]),
        "expectedRuntime": rng.choice([None, None, "10m"]), "maxRuntime": rng.choice([None, None, "2h"]),
        "until": rng.choice([None, None, "running"]), "source": rng.choices(SOURCES, [4, 1])[0],
        "readyAfter": "0s" if is_still else rng.choice(["0s", "0.2s", "5m"]),
        "retry": {"limit": 0} if is_still else rng.choice([{"limit": 0}, {"limit": 2, "backoff": "0.2s"}]),
    }


# MARK: Carrying an operation out


def pick(mapping, fraction):
    """An identity of a mapping by a fraction, so that a replay without other operations still means something."""
    keys = sorted(mapping)
    return keys[int(fraction * len(keys))] if keys else None


def apply(world, operation):
    """Carries an operation out on the world. Returns it if it is one that strikes live runs."""
    name, kind, a, b, c, fresh = operation[:6]
    if name.split()[0] in ("kill", "finish", "fail"):
        return operation
    if name == "create":
        create(world, kind, a, b, c, fresh, operation[6] if len(operation) > 6 else None)
    elif kind:
        rearrange(world, name, kind, pick(world.kind(kind), a), pick(world.kind(kind), b), b, c, fresh)
    elif name in ("version", "priority", "size", "suspend", "protect", "mode", "owner", "source", "undepend", "depend",
                  "urgent"):
        one = pick(world.deployments, a)
        if one:
            edit(world, name, one, b, c)
    else:
        change(world, name, a, b, c)
    return None


def create(world, kind, a, b, c, fresh, item):
    if kind == "organization":
        if (fresh,) in world.organizations:
            return
        world.organizations[(fresh,)] = {"source": "alpha"}
        user = pick(world.users, a)
        if user:
            world.users[user]["organizations"] = sorted({*world.users[user]["organizations"], fresh})
        return
    organization = pick(world.organizations, a)
    if kind == "user" and organization and (fresh,) not in world.users:
        world.users[(fresh,)] = {"organizations": list(organization), "active": True, "source": "alpha", "mail": fresh}
    elif kind == "cluster" and organization and organization + (fresh,) not in world.clusters:
        members = world.members(organization)
        if members:
            world.clusters[organization + (fresh,)] = {
                "creator": pick({user[0]: 0 for user in members}, b), "cpu": 2 + int(3 * b), "gpu": int(3 * c),
                "minimumRuntime": "0s" if b * 7 % 1 < 0.6 else "5m", "source": "alpha"}
    elif kind == "deployment":
        cluster = pick(world.clusters, a)
        members = world.members(cluster[:1]) if cluster else []
        if members and cluster + (fresh,) not in world.deployments:
            # The other source may be applied later.
            near = [one for one, other in sorted(world.deployments.items())
                    if one[0] == cluster[0] and other["source"] in ("alpha", item["source"])]
            capacity = world.clusters[cluster]
            item = dict(item, user=members[int(b * len(members))][0], dependsOn=[],
                        cpu=min(item["cpu"], capacity["cpu"]), gpu=min(item["gpu"], capacity["gpu"]))
            if near and c < 0.5:
                item["dependsOn"] = [near[int(2 * c * len(near))]]
            world.deployments[cluster + (fresh,)] = item


def rearrange(world, name, kind, one, other, b, c, fresh):
    """Removes, renames, moves, swaps, or gives the name of one object to another."""
    objects = world.kind(kind)
    if one is None:
        return
    new = one[:-1] + (fresh,)
    if name == "remove" and (len(objects) > 1 or kind == "deployment"):
        world.remove(kind, one)
    elif name == "rename" and new not in objects:
        world.rename(kind, one, new, is_bare=c < 0.4)
        if kind == "deployment" and c < 0.2:
            objects[new]["version"] += 1
    elif name == "move" and kind in ("cluster", "deployment"):
        parent = pick(world.organizations if kind == "cluster" else world.clusters, b)
        new = parent + one[-1:]
        if new not in objects and (kind == "cluster" or parent[0] == one[0] and not objects[one]["dependsOn"]):
            world.rename(kind, one, new)
    elif name == "swap" and one != other and one[0] == other[0] and "aside" not in one[-1] + other[-1]:
        world.swap(kind, one, other)
    elif name == "swap" and one != other and kind in ("organization", "user"):
        world.swap(kind, one, other)
    elif name == "usurp" and one != other and (kind in ("organization", "user") or one[0] == other[0]):
        world.remove(kind, one)
        if one not in objects and other in objects:
            world.rename(kind, other, one)


def edit(world, name, one, b, c):
    """Changes fields of a deployment."""
    item = world.deployments[one]
    if name == "version":
        item["version"] += 1
    elif name == "priority":
        item["priority"] = PRIORITIES[int(3 * b)]
    elif name == "urgent":
        item.update(priority="high", suspend=False, cpu=2)
    elif name == "size":
        item.update(cpu=1 + int(2 * b), gpu=[0, 0.5, 1][int(3 * c)])
    elif name in ("suspend", "protect"):
        item[name] = not item[name]
    elif name == "mode" and item["script"] == SCRIPTS["still"]:
        item["mode"] = "service" if item["mode"] == "job" else "job"
    elif name == "owner":
        item["user"] = (pick(world.users, b) or (item["user"],))[0]
    elif name == "source":
        item["source"] = "beta" if item["source"] == "alpha" else "alpha"
    elif name == "undepend":
        item["dependsOn"] = []
    elif name == "depend":
        other = pick(world.deployments, b)
        if other != one and one[0] == other[0] and not reaches(world, other, one):
            item["dependsOn"] = sorted({*item["dependsOn"], other})


def change(world, name, a, b, c):
    """Changes users, clusters and secrets."""
    user, cluster, organization = pick(world.users, a), pick(world.clusters, a), pick(world.organizations, b)
    if name == "forget":
        world.forget_former_names()
    elif name == "secret":
        variable = "SECRET_A" if a < 0.5 else "SECRET_B"
        if variable in world.secrets and b < 0.6:
            del world.secrets[variable]
        else:
            world.secrets[variable] = f"value {c}"
    elif name == "withdraw all":
        for identity in [one for one, item in world.deployments.items() if item["source"] == "alpha"]:
            world.remove("deployment", identity)
    elif name == "deactivate" and user:
        world.users[user]["active"] = not world.users[user]["active"]
    elif name == "leave" and user:
        world.users[user]["organizations"] = world.users[user]["organizations"][1:]
    elif name == "join" and user and organization:
        world.users[user]["organizations"] = sorted({*world.users[user]["organizations"], organization[0]})
    elif name == "creator" and cluster and user:
        world.clusters[cluster]["creator"] = pick(world.users, b)[0]
    elif name == "capacity" and cluster:
        world.clusters[cluster].update(cpu=1 + int(4 * b), gpu=int(3 * c))


def reaches(world, start, goal):
    """Whether a deployment depends on another, directly or through others."""
    seen, todo = set(), [start]
    while todo:
        one = todo.pop()
        if one == goal:
            return True
        if one not in seen and one in world.deployments:
            seen.add(one)
            todo += world.deployments[one]["dependsOn"]
    return False
