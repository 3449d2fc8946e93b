// SPDX-License-Identifier: Apache-2.0

internal import Core
internal import Platform

/// The loop's own time: it starts at the wall clock and goes on with the steady one, so that setting the clock neither
/// ends a debounce early nor holds a restart back for an hour. Once the two are a second apart the difference is
/// handed to the engine, which moves its own times along, and both agree again.
struct LoopClock {
  private static let tolerance = Duration.seconds(1)

  private let time: any TimeSource
  private var wallAtStart: Timestamp
  private let elapsedAtStart: Duration

  init(_ time: any TimeSource) {
    self.time = time
    wallAtStart = time.now()
    elapsedAtStart = time.elapsed()
  }

  var now: Timestamp { wallAtStart + (time.elapsed() - elapsedAtStart) }

  /// How far the wall clock was set since the last look, if it was.
  mutating func takeStep() -> Duration? {
    let difference = time.now() - now
    guard difference >= Self.tolerance || difference <= .zero - Self.tolerance else { return nil }
    wallAtStart = wallAtStart + difference
    return difference
  }
}
