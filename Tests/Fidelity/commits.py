"""Generated commits: lists of operations on a world, which can be replayed with some of them left out."""

import random

from world import PRIORITIES, SOURCES

SCRIPTS = {
    "still": "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done",
    "short": "sleep 0.05",
    "failing": "exit 3",
}


def base(rng, is_still):
    """The operations of the first commit."""
    operations = [["organization", "org1", "alpha"], ["user", "ada", ["org1"], "alpha"], ["user", "bob", ["org1"], "alpha"],
                  ["cluster", "org1", "one", "ada", rng.randint(2, 5), rng.randint(0, 2), rng.choice(["0s", "5m"]), "alpha"]]
    if rng.random() < 0.5:
        operations.append(
            ["cluster", "org1", "two", "bob", rng.randint(2, 4), rng.randint(0, 2), rng.choice(["0s", "5m"]), "alpha"])
    operations += [new_deployment(rng, is_still, f"d{number}") for number in range(rng.randint(2, 6))]
    return operations


def new_deployment(rng, is_still, name):
    kind = "still" if is_still else rng.choices(["still", "short", "failing"], [6, 3, 1])[0]
    return ["deployment", rng.random(), name, {
        "user": rng.choice(["ada", "bob"]), "script": SCRIPTS[kind],
        "mode": rng.choice(["job", "job", "service"]) if kind == "still" else "job",
        "priority": rng.choice(PRIORITIES), "cpu": rng.randint(1, 2), "gpu": rng.choice([0, 0, 0, 1, 0.5]),
        "suspend": rng.random() < 0.08, "protect": rng.random() < 0.1, "version": 0,
        "secret": rng.choice([None] * 6 + ["SECRET_A", "SECRET_B"]),
        "expectedRuntime": rng.choice([None, None, "10m"]), "maxRuntime": rng.choice([None, None, "2h"]),
        "dependsOn": [], "source": rng.choices(SOURCES, [4, 1])[0]}, rng.random()]


OPERATIONS = [
    ("add", 8), ("remove", 6), ("version", 6), ("priority", 4), ("size", 4), ("capacity", 4), ("suspend", 3),
    ("protect", 3), ("depend", 4), ("undepend", 2), ("rename", 5), ("move", 4), ("swap", 3), ("usurp", 3),
    ("rename cluster", 3), ("move cluster", 2), ("rename user", 2), ("rename organization", 2), ("swap clusters", 1),
    ("add cluster", 3), ("remove cluster", 2), ("add organization", 1), ("remove organization", 1), ("add user", 1),
    ("remove user", 2), ("deactivate", 2), ("leave", 1), ("secret", 3), ("source", 2), ("mode", 1), ("forget", 3),
    ("kill", 3), ("finish", 2), ("creator", 1), ("owner", 2), ("shrink to nothing", 0.3),
]


def commit(rng, is_still, number):
    """The operations of a later commit: one, two or three."""
    names, weights = zip(*OPERATIONS)
    operations = []
    for index in range(rng.choices([1, 2, 3, 4], [4, 4, 2, 1])[0]):
        name = rng.choices(names, weights)[0]
        if name == "add":
            operations.append(new_deployment(rng, is_still, f"d{number}-{index}"))
        else:
            operations.append([name, rng.random(), rng.random(), rng.random(), f"n{number}-{index}"])
    return operations


def pick(mapping, fraction):
    """An identity of a mapping by a fraction, so that a replay without other operations still means something."""
    keys = sorted(mapping)
    return keys[int(fraction * len(keys))] if keys else None


def apply(world, operation):
    """Carries an operation out on the world; operations that don't fit it do nothing.

    Returns what is to be done to live runs, if anything: ("kill" or "finish", a fraction).
    """
    name = operation[0]
    if name == "organization":
        world.organizations[operation[1]] = {"source": operation[2]}
    elif name == "user":
        world.users[operation[1]] = {"organizations": operation[2], "active": True, "source": operation[3],
                                     "mail": operation[1]}
    elif name == "cluster":
        _, organization, cluster, creator, cpu, gpu, minimum, source = operation
        world.clusters[(organization, cluster)] = {
            "creator": creator, "cpu": cpu, "gpu": gpu, "minimumRuntime": minimum, "source": source}
    elif name == "deployment":
        _, where, deployment, item, on = operation
        cluster = pick(world.clusters, where)
        if cluster is None:
            return None
        item = dict(item)
        users = [user for user, facts in sorted(world.users.items()) if cluster[0] in facts["organizations"]]
        if not users:
            return None
        if item["user"] not in users:
            item["user"] = users[0]
        item["dependsOn"] = []
        if on < 0.35:
            other = pick(world.deployments, on / 0.35)
            if other and other[0] == cluster[0]:
                item["dependsOn"] = [other]
        world.deployments[cluster + (deployment,)] = item
    else:
        return change(world, operation)
    return None


def change(world, operation):
    name, a, b, c, fresh = operation
    one, other = pick(world.deployments, a), pick(world.deployments, b)
    cluster, second = pick(world.clusters, a), pick(world.clusters, b)
    user, organization = pick(world.users, a), pick(world.organizations, a)
    deployments = world.deployments
    if name in ("kill", "finish"):
        return (name, a)
    if name == "forget":
        world.forget_former_names()
    elif name == "secret":
        variable = "SECRET_A" if a < 0.5 else "SECRET_B"
        if variable in world.secrets and b < 0.6:
            del world.secrets[variable]
        else:
            world.secrets[variable] = f"value {c}"
    elif name == "shrink to nothing":
        for identity in [each for each, item in deployments.items() if item["source"] == "alpha"]:
            world.remove_deployment(identity)
    elif name == "add organization":
        world.organizations[fresh] = {"source": "alpha"}
        world.users["ada"] = world.users.get("ada") or {
            "organizations": [], "active": True, "source": "alpha", "mail": "ada"}
        world.users["ada"]["organizations"] = sorted(set(world.users["ada"]["organizations"] + [fresh]))
    elif name == "add user" and organization:
        world.users[fresh] = {"organizations": [organization], "active": True, "source": "alpha", "mail": fresh}
    elif name == "add cluster" and organization:
        members = [each for each, facts in sorted(world.users.items()) if organization in facts["organizations"]]
        if members:
            world.clusters[(organization, fresh)] = {
                "creator": members[0], "cpu": 1 + int(3 * b), "gpu": int(2 * c), "minimumRuntime": "0s", "source": "alpha"}
            if c < 0.5 and one and one[0] == organization:
                deployments[(organization, fresh, "first")] = dict(
                    deployments[one], dependsOn=[one] if b < 0.5 else [], source="alpha")
                deployments[(organization, fresh, "first")].pop("renamedFrom", None)
    elif name == "remove cluster" and cluster and len(world.clusters) > 1:
        world.remove_cluster(cluster)
    elif name == "remove organization" and organization and len(world.organizations) > 1:
        for each in [each for each in world.clusters if each[0] == organization]:
            world.remove_cluster(each)
        for facts in world.users.values():
            facts["organizations"] = [each for each in facts["organizations"] if each != organization]
        del world.organizations[organization]
    elif name == "remove user" and user:
        heirs = [each for each in world.users if each != user]
        if heirs:
            for item in list(world.clusters.values()):
                if item["creator"] == user:
                    item["creator"] = heirs[0]
            for item in deployments.values():
                if item["user"] == user:
                    item["user"] = heirs[0]
            world.users.pop(user)
    elif name == "rename organization" and organization:
        world.rename_organization(organization, fresh)
    elif name == "rename user" and user:
        world.rename_user(user, fresh)
    elif name == "rename cluster" and cluster:
        world.rename_cluster(cluster, (cluster[0], fresh))
    elif name == "move cluster" and cluster and organization and (organization, cluster[1]) not in world.clusters:
        world.rename_cluster(cluster, (organization, cluster[1]))
    elif name == "swap clusters" and cluster and second and cluster != second and cluster[0] == second[0]:
        aside = (cluster[0], "aside")
        world._rekey_cluster(cluster, aside)
        world._rekey_cluster(second, cluster)
        world._rekey_cluster(aside, second)
        world.clusters[cluster]["renamedFrom"] = "/".join(second)
        world.clusters[second]["renamedFrom"] = "/".join(cluster)
    elif name == "deactivate" and user:
        world.users[user]["active"] = not world.users[user]["active"]
    elif name == "leave" and user and world.users[user]["organizations"]:
        world.users[user]["organizations"] = world.users[user]["organizations"][1:]
    elif name == "creator" and cluster and user:
        world.clusters[cluster]["creator"] = user
    elif name == "capacity" and cluster:
        world.clusters[cluster]["cpu"] = 2 + int(4 * b)
        world.clusters[cluster]["gpu"] = int(3 * c)
    elif not one:
        return None
    elif name == "remove":
        world.remove_deployment(one)
    elif name == "version":
        deployments[one]["version"] += 1
    elif name == "priority":
        deployments[one]["priority"] = PRIORITIES[int(3 * b)]
    elif name == "size":
        deployments[one]["cpu"] = 1 + int(2 * b)
    elif name == "suspend":
        deployments[one]["suspend"] = not deployments[one]["suspend"]
    elif name == "protect":
        deployments[one]["protect"] = not deployments[one]["protect"]
    elif name == "mode":
        deployments[one]["mode"] = "service" if deployments[one]["mode"] == "job" else "job"
    elif name == "owner" and user:
        deployments[one]["user"] = user
    elif name == "source":
        item = deployments[one]
        item["source"] = "beta" if item["source"] == "alpha" else "alpha"
    elif name == "undepend":
        deployments[one]["dependsOn"] = []
    elif name == "depend" and other and other != one and one[0] == other[0] and not reaches(world, other, one):
        deployments[one]["dependsOn"] = sorted(set(deployments[one]["dependsOn"] + [other]))
    elif name == "rename":
        world.rename_deployment(one, one[:2] + (fresh,))
        if c < 0.3:
            deployments[one[:2] + (fresh,)]["version"] += 1
    elif name == "move" and second and second[0] == one[0] and second != one[:2] and second + one[2:] not in deployments:
        world.rename_deployment(one, second + one[2:])
    elif name == "swap" and other and one != other:
        aside = one[:2] + ("aside",)
        world._rekey_deployment(one, aside)
        world._rekey_deployment(other, one)
        world._rekey_deployment(aside, other)
        deployments[one]["renamedFrom"] = "/".join(other)
        deployments[other]["renamedFrom"] = "/".join(one)
    elif name == "usurp" and other and one != other:
        # One is removed, and another takes its name.
        world.remove_deployment(one)
        world.rename_deployment(other, one)
    return None


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
