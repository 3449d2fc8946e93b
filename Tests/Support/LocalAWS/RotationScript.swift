// SPDX-License-Identifier: Apache-2.0

/// How rotations go.
public enum RotationScript: Sendable, Hashable {
  /// The new version waits as AWSPENDING for so long and then becomes AWSCURRENT.
  case finishes(after: Duration)
  /// The new version stays AWSPENDING for good, as after a rotation function's error.
  case fails
}
