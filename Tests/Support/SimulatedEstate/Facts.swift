// SPDX-License-Identifier: Apache-2.0

import Core

/// What really happened, by AWS's clock, whatever anybody was told of it.
struct Facts: Sendable {
  /// When each version of a resource became the current one.
  private(set) var becameCurrent: [Resource: [String: Timestamp]] = [:]
  /// The current version of everything that exists.
  private(set) var current: [Resource: String] = [:]
  /// Secrets in their recovery window.
  private(set) var leaving: Set<Resource> = []
  /// When each deployment that is known was made.
  private(set) var deployments: [String: Timestamp] = [:]

  /// Everything that was ever away.
  private(set) var everAway: Set<Resource> = []
  /// Services that could be restarted, as far as is known, and until when each could not, on the steady clock.
  private var fit: [Target: Duration] = [:]

  mutating func wrote(_ resource: Resource, version: String, at now: Timestamp) {
    becameCurrent[resource, default: [:]][version] = now
    current[resource] = version
    leaving.remove(resource)
  }

  mutating func deleted(_ resource: Resource) {
    current[resource] = nil
    everAway.insert(resource)
    leaving.remove(resource)
  }

  mutating func isLeaving(_ resource: Resource, _ isSo: Bool) {
    if isSo { leaving.insert(resource) } else { leaving.remove(resource) }
    if isSo { everAway.insert(resource) }
  }

  /// A service was looked at now.
  mutating func looked(at target: Target, isFit: Bool, at now: Duration) {
    if !isFit { fit[target] = nil } else if fit[target] == nil { fit[target] = now }
  }

  /// True where a look at the service not long ago may have found that it cannot or need not be restarted.
  func mayBeUnfit(_ target: Target, at now: Duration) -> Bool {
    fit[target].map { now - $0 < .seconds(120) } ?? true
  }

  mutating func learned(of deployment: String, madeAt time: Timestamp) { deployments[deployment] = time }

  func isThere(_ resource: Resource) -> Bool { current[resource] != nil && !leaving.contains(resource) }
}
