"""The desired state of two sources, as generated commits change it, and its manifests."""

import copy
import json

PRIORITIES = ["low", "medium", "high"]
SOURCES = ["alpha", "beta"]
KINDS = ["organization", "user", "cluster", "deployment"]


class World:
    """Objects by identity: tuples of names, as in (organization, cluster, name)."""

    def __init__(self):
        self.organizations = {}
        self.users = {}
        self.clusters = {}
        self.deployments = {}
        # Values of the environment variables that secrets refer to.
        self.secrets = {"SECRET_A": "a"}

    def copy(self):
        return copy.deepcopy(self)

    def kind(self, kind):
        return getattr(self, kind + "s")

    def forget_former_names(self):
        """Drops every `renamedFrom`, as an author does some commits after a rename."""
        for kind in KINDS:
            for item in self.kind(kind).values():
                item.pop("renamedFrom", None)

    def members(self, organization):
        return [user for user, item in sorted(self.users.items()) if organization[0] in item["organizations"]]

    # MARK: One operation for every kind

    def rename(self, kind, old, new, is_bare=False):
        """Renames or moves an object, with everything that refers to it. The new name must be free."""
        self.rekey(kind, old, new)
        is_bare = is_bare and old[:-1] == new[:-1]
        self.kind(kind)[new]["renamedFrom"] = old[-1] if is_bare else "/".join(old)

    def swap(self, kind, one, other):
        aside = one[:-1] + ("aside",)
        self.rekey(kind, one, aside)
        self.rekey(kind, other, one)
        self.rekey(kind, aside, other)
        self.kind(kind)[one]["renamedFrom"] = "/".join(other)
        self.kind(kind)[other]["renamedFrom"] = "/".join(one)

    def rekey(self, kind, old, new):
        """Gives an object another identity, and everything that refers to it the new one."""
        objects = self.kind(kind)
        objects[new] = objects.pop(old)
        if kind == "organization":
            for user in self.users.values():
                user["organizations"] = [new[0] if name == old[0] else name for name in user["organizations"]]
            for identity in [one for one in self.clusters if one[0] == old[0]]:
                self.rekey("cluster", identity, new + identity[1:])
        elif kind == "user":
            for item in self.clusters.values():
                item["creator"] = new[0] if item["creator"] == old[0] else item["creator"]
            for item in self.deployments.values():
                item["user"] = new[0] if item["user"] == old[0] else item["user"]
        elif kind == "cluster":
            for identity in [one for one in self.deployments if one[:2] == old]:
                self.rekey("deployment", identity, new + identity[2:])
        else:
            for item in self.deployments.values():
                item["dependsOn"] = [new if one == old else one for one in item["dependsOn"]]

    def remove(self, kind, identity):
        """Removes an object and what lies in it. What was a user's goes to another; without one, nothing is removed."""
        if kind == "organization":
            for one in [one for one in self.clusters if one[0] == identity[0]]:
                self.remove("cluster", one)
            for user in self.users.values():
                user["organizations"] = [name for name in user["organizations"] if name != identity[0]]
        elif kind == "user":
            heirs = [one for one in sorted(self.users) if one != identity]
            if not heirs:
                return
            for item in list(self.clusters.values()):
                item["creator"] = heirs[0][0] if item["creator"] == identity[0] else item["creator"]
            for item in self.deployments.values():
                item["user"] = heirs[0][0] if item["user"] == identity[0] else item["user"]
        elif kind == "cluster":
            for one in [one for one in self.deployments if one[:2] == identity]:
                self.remove("deployment", one)
        else:
            for item in self.deployments.values():
                item["dependsOn"] = [one for one in item["dependsOn"] if one != identity]
        self.kind(kind).pop(identity, None)

    # MARK: Manifests

    def manifests(self, source):
        """The documents of one source."""
        documents = []

        def add(kind, identity, item, spec):
            if item["source"] != source:
                return
            former = item.get("renamedFrom")
            metadata = {"name": identity[-1]} | ({"renamedFrom": former} if former else {})
            documents.append(f"kind: {kind}\nmetadata: {flow(metadata)}\nspec: {flow(spec)}\n")

        for identity, item in sorted(self.organizations.items()):
            add("Organization", identity, item, {})
        for identity, item in sorted(self.users.items()):
            add("User", identity, item, {"email": f"{item['mail']}@example.org", "organizations": item["organizations"],
                                         "active": item["active"]})
        for identity, item in sorted(self.clusters.items()):
            add("Cluster", identity, item, {
                "organization": identity[0], "creator": item["creator"],
                "capacity": {"ram": "8Gi", "cpu": item["cpu"], "gpu": item["gpu"]},
                "scheduling": {"minimumRuntime": item["minimumRuntime"]}})
        for identity, item in sorted(self.deployments.items()):
            add("Deployment", identity, item, self.deployment(identity, item))
        return "".join(f"---\napiVersion: berth/v1\n{one}" for one in documents)

    @staticmethod
    def deployment(identity, item):
        spec = {"cluster": "/".join(identity[:2]), "user": item["user"], "image": "fidelity:1",
                "command": ["sh", "-c", item["script"]], "mode": item["mode"], "priority": item["priority"],
                "resources": {"ram": "64Mi", "cpu": item["cpu"], "gpu": item["gpu"]},
                "suspend": item["suspend"], "protect": item["protect"], "stopGrace": "2s",
                "env": {"VERSION": str(item["version"])}}
        if item["secret"]:
            spec["env"]["TOKEN"] = {"fromEnv": item["secret"]}
        if item["mode"] == "service":
            spec["readyAfter"] = item["readyAfter"]
        else:
            spec["retry"] = item["retry"]
        for field in ("expectedRuntime", "maxRuntime"):
            if item[field]:
                spec[field] = item[field]
        if item["dependsOn"]:
            until = {"until": item["until"]} if item["until"] else {}
            spec["dependsOn"] = [{"name": "/".join(one)} | until for one in item["dependsOn"]]
        return spec


def flow(value):
    """A value in YAML's flow style, which JSON is."""
    return json.dumps(value)
