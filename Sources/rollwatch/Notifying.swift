// SPDX-License-Identifier: Apache-2.0
// From the settings' receivers to what tells them.

import ArgumentParser
import Core
import Daemon
import Logging
import Notify
import Platform
import Rules

extension Settings {
  /// The secrets of the receivers, or an end that says which one is missing. A rehearsal tells nobody, and needs none.
  func receiverSecrets(isNeeded: Bool) throws -> ReceiverSecrets {
    do throws(SecretFailure) { return try ReceiverSecrets(of: isNeeded ? receivers : []) } catch {
      throw fail("\(error)", .wrongConfiguration)
    }
  }
}

extension AWSAccess {
  /// What tells the receivers what the journal in a directory holds.
  func notifications(
    _ settings: Settings, _ secrets: ReceiverSecrets, _ directory: String, _ logger: Logger
  ) throws -> Notifications {
    let clients = clients
    do {
      return try Notifications(
        settings.receivers, secrets: secrets, directory: directory,
        home: Location(region: region, account: nil),
        ports: Notifications.Ports(
          transport: CurlTransport(caBundle: nil, on: eventLoop),
          limits: HTTPLimits(
            connect: .seconds(5), silence: .seconds(10), total: .seconds(20), responseBytes: 64 << 10),
          client: { location throws(Failure) in try clients.client(for: location) },
          environment: ProcessEnvironment.all, userAgent: "rollwatch/\(version)", time: eventLoop,
          seed: .random(in: 0 ... .max), logger: logger))
    } catch {
      throw fail("\(error)", .failure)
    }
  }
}
