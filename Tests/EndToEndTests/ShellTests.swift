import Foundation
import TestKit
import Testing

/// The script of `berth completions bash`, asked as a real bash asks it.
extension EndToEndTests {
  @Test func `bash completes commands, kinds and recorded identities`() throws {
    let home = try BerthHome()
    try home.write(
      LabManifests.base() + LabManifests.deployment("train", "true") + LabManifests.deployment("tune", "true"))
    #expect(try home.apply("--wait").status == 0)
    let script = try home.bare("completions", "bash")
    #expect(script.status == 0)
    let asking = """
      shopt -s extglob
      export BERTH_STATE='\(home.state)'
      ask() {
        COMP_WORDS=('\(BerthHome.berth)' "$@") COMP_CWORD=$# COMPREPLY=()
        COMP_LINE="${COMP_WORDS[*]}" COMP_POINT=${#COMP_LINE}
        _berth berth "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        echo "$*: ${COMPREPLY[*]}"
      }
      ask desc
      ask describe lab/machine/tu
      ask logs tr
      ask get --cluster la
      ask get clu
      export BERTH_STATE=/nowhere/at.all
      ask logs tr
      """
    let file = "\(home.root)/complete.bash"
    try (script.output + "\n" + asking + "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let result = try RunningProgram("/bin/bash", ["--norc", file], files: "\(home.root)/bash").wait()
    #expect(
      result.output == """
        desc: describe
        describe lab/machine/tu: lab/machine/tune
        logs tr: train
        get --cluster la: lab/machine
        get clu: clusters
        logs tr:\u{20}

        """, "\(result.error)")
    #expect(result.error == "")
  }
}
