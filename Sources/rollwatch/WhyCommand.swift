// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Core
import Journal
import Platform

struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Tell the story of a target's last restart, or of a resource's last change.",
    discussion: """
      It reads the journal beside a running daemon, or without one.

      Exit statuses: 0 told. 1 there is nothing to tell, or the journal cannot be read. 64 wrong usage.
      """)

  @Argument(
    help: ArgumentHelp(
      "A target (CLUSTER/SERVICE, or as records write it) or a resource (secret:NAME, parameter:/NAME).",
      valueName: "target or resource"))
  var name: String

  @OptionGroup var place: PlaceOptions
  @OptionGroup var state: StateOptions

  func validate() throws { guard !name.isEmpty else { throw ValidationError("the name is empty") } }

  func run() throws {
    do {
      let journal = try JournalReader(directory: state.directory)
      say(
        text(try journal.story(of: name, region: place.region, account: place.account), on: .standardOutput))
    } catch let failure as StoryFailure {
      throw fail(failure.reason, .failure)
    } catch let failure as JournalFailure {
      throw fail("\(failure)", .failure)
    }
  }

  private func text(_ story: Story, on sheet: Sheet) -> String {
    var lines = [sheet.coloured(story.headline.printable, story.isBad ? .bad : .heading), ""]
    for event in story.events {
      lines.append("\(event.time.toTheSecond)  \(event.text.printable)")
      lines += event.details.map { String(repeating: " ", count: 21) + $0.printable }
    }
    lines += ["", "What to do now:"] + story.advice.map { "- \($0.printable)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
