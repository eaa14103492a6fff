extension ManualPage {
  /// Sections after the options, which no command declares.
  static var closing: [String] {
    func item(_ title: String, _ words: String) -> [String] { [".TP", "\\fB\(escaped(title))\\fR"] + prose(words) }
    var lines = [".SH SYMBOLS", escaped("A plan marks each object:")]
    lines += item("+", "it is created")
    lines += item("~", "it changes in place; no run is stopped for it")
    lines += item("-/+", "it needs a new run")
    lines += item("-", "it is deleted")
    lines += item("!", "its run is stopped for another deployment")
    lines += item("…", "it waits, and why")
    lines.append(".SH EXIT STATUS")
    lines += item("0", "Done, or no difference; also when something merely waits.")
    lines += item("1", "An error in the input, an engine or the state.")
    lines += item("2", "diff --exit-code found changes.")
    lines += item("3", "What was asked for has not come about: something FAILED, timed out, or can't be placed.")
    lines += item(
      "4", "Refused or held back: locked, a stale plan, protected, the limit of deletions, or not confirmed.")
    lines += item("64", "The command line is wrong.")
    lines += item("130", "Interrupted.")
    lines.append(".SH ENVIRONMENT")
    lines += item("BERTH_STATE", "The recorded state, where --state does not name it.")
    lines += item("NO_COLOR", "Anything: nothing is coloured, unless --color says otherwise.")
    lines += item("TERM", "dumb: nothing is coloured or drawn in place.")
    lines += [".SH FILES"]
    lines += item(
      ".berth/state.db", "The recorded state: an SQLite database. Its lock and the runs' files lie beside it.")
    lines += item(".berthignore", "In a directory of manifests: what is not read, one pattern a line.")
    lines += [".SH EXAMPLES"]
    lines += item("berth diff manifests", "Show what apply would do.")
    lines += item("berth apply manifests --yes --wait", "Carry it out, and end when all is done or can't be.")
    lines += item("kustomize build overlays/prod | berth apply - --yes", "Apply what another program has built.")
    lines += item("berth get --status failed", "Show what has FAILED; berth logs and berth describe tell more.")
    lines += item("berth graph -o svg > graph.svg", "Draw what waits for what.")
    lines.append(".SH SEE ALSO")
    lines += prose(
      "berth explain tells more about a mistake by its code, berth schema prints the JSON Schema of manifests.")
    return lines
  }
}
