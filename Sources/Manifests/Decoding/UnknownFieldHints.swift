/// What people write for a field whose name is spelled nothing like it.
enum UnknownFieldHints {
  /// The field that each other name stands for.
  static let meaning: [String: String] = [
    "memory": "ram", "mem": "ram", "cpus": "cpu", "cores": "cpu", "gpus": "gpu", "args": "command", "cmd": "command",
    "entrypoint": "command", "environment": "env", "depends_on": "dependsOn", "needs": "dependsOn", "owner": "user",
    "password": "hashedPassword", "mail": "email", "retries": "retry", "timeout": "maxRuntime",
    "terminationGracePeriod": "stopGrace", "limits": "capacity", "requests": "resources", "docker_image": "image",
    "is_active": "active",
  ]
}
