/// Field names of other tools that edit distance can't relate to ours.
enum UnknownFieldHints {
  /// Our field for each foreign name.
  static let meaning: [String: String] = [
    "memory": "ram", "mem": "ram", "cpus": "cpu", "cores": "cpu", "gpus": "gpu", "args": "command", "cmd": "command",
    "entrypoint": "command", "environment": "env", "depends_on": "dependsOn", "needs": "dependsOn", "owner": "user",
    "password": "hashedPassword", "mail": "email", "retries": "retry", "timeout": "maxRuntime",
    "terminationGracePeriod": "stopGrace", "limits": "capacity", "requests": "resources", "docker_image": "image",
    "is_active": "active",
  ]
}
