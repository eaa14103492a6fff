"""The desired state of two sources, as generated commits change it, and its manifests."""

import copy
import json

PRIORITIES = ["low", "medium", "high"]
SOURCES = ["alpha", "beta"]


class World:
    """Objects by identity: tuples of names, as in organization/cluster/name."""

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
        return {"organization": self.organizations, "user": self.users, "cluster": self.clusters,
                "deployment": self.deployments}[kind]

    def forget_former_names(self):
        """Drops every `renamedFrom`, as an author does some commits after a rename."""
        for kind in ("organization", "user", "cluster", "deployment"):
            for item in self.kind(kind).values():
                item.pop("renamedFrom", None)

    # MARK: Renames, with everything that refers to the old name

    def rename_organization(self, old, new):
        item = self.organizations.pop(old)
        item["renamedFrom"] = old
        self.organizations[new] = item
        for user in self.users.values():
            user["organizations"] = [new if name == old else name for name in user["organizations"]]
        for identity in [one for one in self.clusters if one[0] == old]:
            self._rekey_cluster(identity, (new, identity[1]))

    def rename_user(self, old, new):
        item = self.users.pop(old)
        item["renamedFrom"] = old
        self.users[new] = item
        for cluster in self.clusters.values():
            if cluster["creator"] == old:
                cluster["creator"] = new
        for deployment in self.deployments.values():
            if deployment["user"] == old:
                deployment["user"] = new

    def rename_cluster(self, old, new):
        self._rekey_cluster(old, new)
        self.clusters[new]["renamedFrom"] = "/".join(old)

    def rename_deployment(self, old, new):
        self._rekey_deployment(old, new)
        self.deployments[new]["renamedFrom"] = "/".join(old)

    def _rekey_cluster(self, old, new):
        self.clusters[new] = self.clusters.pop(old)
        for identity in [one for one in self.deployments if one[:2] == old]:
            self._rekey_deployment(identity, new + identity[2:])

    def _rekey_deployment(self, old, new):
        self.deployments[new] = self.deployments.pop(old)
        for item in self.deployments.values():
            item["dependsOn"] = [new if one == old else one for one in item["dependsOn"]]

    def remove_deployment(self, identity):
        self.deployments.pop(identity, None)
        for item in self.deployments.values():
            item["dependsOn"] = [one for one in item["dependsOn"] if one != identity]

    def remove_cluster(self, identity):
        for one in [one for one in self.deployments if one[:2] == identity]:
            self.remove_deployment(one)
        self.clusters.pop(identity, None)

    # MARK: Manifests

    def manifests(self, source):
        """The documents of one source, as JSON, which is YAML."""
        documents = []

        def add(kind, name, item, spec):
            if item["source"] != source:
                return
            metadata = {"name": name}
            if item.get("renamedFrom"):
                metadata["renamedFrom"] = item["renamedFrom"]
            documents.append({"apiVersion": "berth/v1", "kind": kind, "metadata": metadata, "spec": spec})

        for name, item in sorted(self.organizations.items()):
            add("Organization", name, item, {})
        for name, item in sorted(self.users.items()):
            add("User", name, item, {"email": f"{item['mail']}@example.org", "organizations": item["organizations"],
                                     "active": item["active"]})
        for (organization, name), item in sorted(self.clusters.items()):
            add("Cluster", name, item, {
                "organization": organization, "creator": item["creator"],
                "capacity": {"ram": "8Gi", "cpu": item["cpu"], "gpu": item["gpu"]},
                "scheduling": {"minimumRuntime": item["minimumRuntime"]}})
        for (organization, cluster, name), item in sorted(self.deployments.items()):
            spec = {"cluster": f"{organization}/{cluster}", "user": item["user"], "image": "fidelity:1",
                    "command": ["sh", "-c", item["script"]], "mode": item["mode"], "priority": item["priority"],
                    "resources": {"ram": "64Mi", "cpu": item["cpu"], "gpu": item["gpu"]},
                    "suspend": item["suspend"], "protect": item["protect"], "stopGrace": "2s"}
            spec["env"] = {"VERSION": str(item["version"])}
            if item["secret"]:
                spec["env"]["TOKEN"] = {"fromEnv": item["secret"]}
            if item["mode"] == "service":
                spec["readyAfter"] = "0s"
            else:
                spec["retry"] = {"limit": 0}
            if item["expectedRuntime"]:
                spec["expectedRuntime"] = item["expectedRuntime"]
            if item["maxRuntime"]:
                spec["maxRuntime"] = item["maxRuntime"]
            if item["dependsOn"]:
                spec["dependsOn"] = ["/".join(one) for one in item["dependsOn"]]
            add("Deployment", name, item, spec)
        return "".join("---\n" + json.dumps(one) + "\n" for one in documents)
