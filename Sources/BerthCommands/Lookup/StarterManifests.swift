/// Manifests that `init` writes.
enum StarterManifests {
  /// Files by name; together they are valid, and small enough for any machine.
  static let files = [("team.yaml", team), ("lab.yaml", lab), ("pipeline.yaml", pipeline)].map {
    (name: $0.0, text: $0.1)
  }

  private static let team = """
    # A team and its members. A user without `hashedPassword` can own deployments but can't log in; `berth hash-password`
    # creates a hash.
    apiVersion: berth/v1
    kind: Organization
    metadata: {name: example}
    ---
    apiVersion: berth/v1
    kind: User
    metadata: {name: ada}
    spec:
      email: ada@example.org
      organizations: [example]

    """

  private static let lab = """
    # A cluster: the share of this machine that Berth allocates to deployments. Its runs are local processes.
    apiVersion: berth/v1
    kind: Cluster
    metadata: {name: lab}
    spec:
      organization: example
      creator: ada
      capacity: {ram: 1Gi, cpu: 2}   # add gpu: 1 if the machine has a GPU
      engine: {type: process}

    """

  private static let pipeline = """
    # Two jobs: the second starts when the first is COMPLETED. On the process engine, `image` is only a label. All runs of a
    # cluster start in the same directory, $BERTH_WORK, and can exchange files there.
    apiVersion: berth/v1
    kind: Deployment
    metadata: {name: prepare}
    spec:
      cluster: example/lab
      user: ada
      image: example/prepare:1
      command:
        - sh
        - -c
        - |
          seq 1 100 > numbers.txt
          echo "prepared $(wc -l < numbers.txt) numbers"
      resources: {ram: 64Mi, cpu: 500m}
    ---
    apiVersion: berth/v1
    kind: Deployment
    metadata: {name: train}
    spec:
      cluster: example/lab
      user: ada
      image: example/train:1
      command: [awk, '{ sum += $1 } END { print "the mean is", sum / NR }', numbers.txt]
      priority: high                 # low, medium or high; prepare inherits it because train waits for it
      resources: {ram: 64Mi, cpu: 500m}
      dependsOn: [prepare]
      retry: {limit: 1, backoff: 5s}
      maxRuntime: 10m

    """
}
