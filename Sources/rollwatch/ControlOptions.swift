// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Core
import Daemon
import Platform

/// Where the socket is on which a daemon listens to commands.
struct SocketOptions: ParsableArguments {
  static let runtimeDirectory = "/run/rollwatch"
  private static let name = "rollwatch.sock"

  @Option(
    help: ArgumentHelp(
      "The daemon's socket. (default: rollwatch.sock in $RUNTIME_DIRECTORY, else in the state directory that is named, "
        + "else in \(runtimeDirectory))", valueName: "path"))
  var socket: String?

  /// Where a daemon with this state may listen, likeliest first. A daemon of systemd's has its runtime directory; one with a state
  /// directory of its own keeps its socket there, so that several on one machine are told apart.
  func places(_ state: StateOptions) -> [String] {
    if let socket { return [socket] }
    if let runtime = ProcessEnvironment["RUNTIME_DIRECTORY"]?.split(separator: ":").first {
      return ["\(runtime)/\(Self.name)"]
    }
    let inState = "\(state.directory)/\(Self.name)"
    return state.isDefault ? ["\(Self.runtimeDirectory)/\(Self.name)", inState] : [inState]
  }
}

/// What commands to the daemon have in common.
struct ControlOptions: ParsableArguments {
  @OptionGroup var socket: SocketOptions
  @OptionGroup var state: StateOptions

  var places: [String] { socket.places(state) }
}

/// Where a target or a resource is, when its name alone does not tell.
struct PlaceOptions: ParsableArguments {
  @Option(help: "Its Region, where one name is in several.")
  var region: String?

  @Option(
    help: ArgumentHelp("Its account's name in the settings, where one name is in several.", valueName: "name")
  )
  var account: String?
}
