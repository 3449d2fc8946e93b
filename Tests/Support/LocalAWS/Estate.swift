// SPDX-License-Identifier: Apache-2.0

public import Core

/// An imaginary company's resources, by number: each application has ten parameters, one secret and one service, and
/// their names fit the rule `/{env}/{app}/**` → `{env}-ecs-{app}-cluster/{env}-ecs-{app}-service`.
public enum Estate {
  /// `/staging/app-0000/KEY_0` and so on, ten to an application.
  public static func parameters(_ count: Int) -> [String] {
    (0..<count).map { "/staging/\(application($0 / 10))/KEY_\($0 % 10)" }
  }

  /// `staging/app-0000/db` and so on.
  public static func secrets(_ count: Int) -> [String] {
    (0..<count).map { "staging/\(application($0))/db" }
  }

  /// `staging-ecs-app-0000-cluster/staging-ecs-app-0000-service` and so on.
  public static func services(_ count: Int) -> [String] {
    (0..<count).map { "staging-ecs-\(application($0))-cluster/staging-ecs-\(application($0))-service" }
  }

  private static func application(_ number: Int) -> String {
    let digits = String(number)
    return "app-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension SimulatedAWS {
  /// Adds so much of the estate to a place.
  public mutating func seed(
    parameters: Int, secrets: Int, services: Int, desiredCount: Int, in place: Place, at now: Timestamp
  ) {
    seedParameters(Estate.parameters(parameters), in: place, at: now)
    seedSecrets(Estate.secrets(secrets), in: place, at: now)
    for service in Estate.services(services) {
      seedService(service, desiredCount: desiredCount, in: place, at: now)
    }
  }
}
