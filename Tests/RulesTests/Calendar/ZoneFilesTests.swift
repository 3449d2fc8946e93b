// SPDX-License-Identifier: Apache-2.0

import Core
import Folders
import Testing

@testable import Rules

struct ZoneFilesTests {
  private func refusal(_ name: String, in directory: String) -> String? {
    do throws(ZoneError) {
      _ = try ZoneFiles(directory: directory).zone(named: name)
      return nil
    } catch {
      return error.message
    }
  }

  @Test func `a zone is read once, and UTC without a file`() throws {
    let zones = try ZoneFolder()
    let files = ZoneFiles(directory: zones.path)
    let london = try files.zone(named: "Europe/London")
    #expect(london.name == "Europe/London" && london.transitions.count == 2)
    try zones.write([], to: "Europe/London")
    #expect(try files.zone(named: "Europe/London") == london)
    #expect(try ZoneFiles(directory: "/nowhere").zone(named: "UTC") == .utc)
  }

  @Test(arguments: [
    ("Europe/Londn", "unknown time zone 'Europe/Londn'; did you mean 'Europe/London'?"),
    ("europe/london", "unknown time zone 'europe/london'; did you mean 'Europe/London'?"),
    ("London", "unknown time zone 'London'; did you mean 'Europe/London'?"),
    ("new_york", "unknown time zone 'new_york'; did you mean 'America/New_York'?"),
    ("Europe", "FOLDER"), ("PST", "FOLDER"), ("Mars/Olympus", "FOLDER"),
    (
      "US/Eastern",
      "time zone 'US/Eastern' has no file that can be read in FOLDER; Debian has old names in the package tzdata-legacy"
    ),
    (
      "Europe/Cut",
      "'Europe/Cut' cannot be used as a time zone: it is cut off (FOLDER/Europe/Cut); write another name, or reinstall the package tzdata"
    ),
    (
      "Europe/Leap",
      "'Europe/Leap' cannot be used as a time zone: it counts leap seconds, which UTC does not (FOLDER/Europe/Leap); write another name, or reinstall the package tzdata"
    ),
    (
      "tzdata.zi",
      "'tzdata.zi' cannot be used as a time zone: it does not begin with TZif (FOLDER/tzdata.zi); write another name, or reinstall the package tzdata"
    ),
  ])
  func `what is no zone is refused, with the one that may be meant`(_ name: String, _ said: String) throws {
    let zones = try ZoneFolder()
    let unknown =
      "unknown time zone '\(name)'; write a name such as Europe/London or UTC: 'ls FOLDER' shows them, and abbreviations are none"
    let wanted = (said == "FOLDER" ? unknown : said).replacing("FOLDER", with: zones.path)
    #expect(refusal(name, in: zones.path) == wanted)
  }

  @Test(arguments: [
    "/etc/passwd", "../../etc/passwd", "Europe/../../x", "Europe/", "/", "", ".", "..", "Europe//London",
    ".hidden",
    "Europe/Lon don", "Europe\\London", "+02:00", "Europe/L\u{F6}ndon", "a\u{0}b",
    String(repeating: "a", count: 65),
  ])
  func `no name leads out of the directory`(_ name: String) throws {
    let zones = try ZoneFolder()
    #expect(
      refusal(name, in: zones.path)?.hasSuffix(
        "is no time zone; write its name, for instance Europe/London or UTC") == true)
  }

  @Test func `a machine without time zone data is told what to install`() throws {
    let empty = TemporaryFolder()
    for directory in [empty.path, "/nowhere/zoneinfo"] {
      #expect(
        refusal("Europe/London", in: directory)
          == "time zone 'Europe/London' is not known, as this machine has no time zone data in \(directory); install the package tzdata, or write UTC"
      )
    }
  }
}
