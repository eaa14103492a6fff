extension ManualPage {
  /// Sections after the options, which no command declares.
  static var closing: [String] {
    func item(_ title: String, _ words: String) -> [String] { [".TP", "\\fB\(escaped(title))\\fR"] + prose(words) }
    var lines = [".SH SYMBOLS", escaped("Symbols of objects in a plan:")]
    lines += item("+", "The object is created.")
    lines += item("~", "The object changes in place, without a new run.")
    lines += item("-/+", "The deployment is replaced by a new run.")
    lines += item("-", "The object is deleted.")
    lines += item("!", "The run is preempted for another deployment.")
    lines += item("…", "The deployment waits; the reason follows.")
    lines.append(".SH EXIT STATUS")
    lines += item("0", "Success, or no difference. Deployments may still be waiting.")
    lines += item("1", "Error in the input, an engine or the state.")
    lines += item("2", "diff --exit-code found changes.")
    lines += item("3", "Not converged: a deployment FAILED or can't be placed, or the timeout expired.")
    lines += item(
      "4", "Refused: state locked, plan stale or not confirmed, object protected, or too many deletions.")
    lines += item("64", "Invalid command line.")
    lines += item("130", "Interrupted.")
    lines.append(".SH ENVIRONMENT")
    lines += item("BERTH_STATE", "Path of the recorded state if --state is not given.")
    lines += item("XDG_STATE_HOME", "Directory of the user's one state on this machine; by default ~/.local/state.")
    lines += item("NO_COLOR", "If set, output has no colors unless --color is given.")
    lines += item("TERM", "If \"dumb\", output has no colors and is never redrawn.")
    lines += [".SH FILES"]
    lines += item(
      "~/.local/state/berth/state.db",
      "The recorded state, an SQLite database: one for a user and machine; /var/lib/berth/state.db for root. The lock and the "
        + "files of runs are beside it.")
    lines += item(
      ".berth/state.db",
      "The recorded state of a directory tree. The nearest .berth upward is used before the user's one state; berth init --local "
        + "makes it.")
    lines += item(".berthignore", "Patterns of files in a directory of manifests to ignore, one per line.")
    lines += [".SH EXAMPLES"]
    lines += item("berth diff manifests", "Show what apply would do.")
    lines += item(
      "berth apply manifests --yes --wait", "Apply without confirmation and wait until everything has converged.")
    lines += item("kustomize build overlays/prod | berth apply - --yes", "Apply the output of another program.")
    lines += item(
      "berth get --status failed", "Show deployments that have FAILED; see also berth logs and berth describe.")
    lines += item("berth graph -o svg > graph.svg", "Draw the dependencies of all deployments.")
    lines.append(".SH SEE ALSO")
    lines += prose(
      "berth explain explains error codes and fields; berth schema prints the JSON Schema of manifests.")
    return lines
  }
}
