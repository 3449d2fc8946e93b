// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dispatch
import Glibc
import LocalAWS
import Platform

/// A local AWS as a program: for the demo, for tests of the real binary, and to try things by hand with the AWS
/// command line.
@main
struct LocalAWSCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "local-aws",
    abstract: "Parameter Store, Secrets Manager, ECS and STS on 127.0.0.1, in memory, until SIGTERM.")

  @Option(help: "The port to listen on; 0 for any that is free.")
  var port: UInt16 = 0
  @Option(help: "The access key that may call.")
  var accessKey = "test"
  @Option(help: "Its secret key.")
  var secretKey = "test"
  @Option(help: "The Region that is seeded.")
  var region = "eu-west-2"
  @Option(help: "How many parameters there are at first.")
  var seedParameters = 0
  @Option(help: "How many secrets there are at first.")
  var seedSecrets = 0
  @Option(help: "How many services there are at first.")
  var seedServices = 0
  @Option(help: "How long a rollout of a service takes.")
  var rolloutSeconds = 2.0
  @Option(help: "Where ids and chances begin.")
  var seed: UInt64 = 1

  func run() throws {
    let aws = RunningAWS(SimulatedAWS(seed: seed), time: SystemClock())
    let place = Place(account: SimulatedAWS.defaultAccount, region: region)
    aws.steer { aws, now in
      aws.add(.user("test", account: place.account, accessKey: accessKey, secretKey: secretKey))
      aws.setRollout(
        .completes(after: .milliseconds(Int64(rolloutSeconds * 1_000))), ofNewServicesIn: place, at: now)
      aws.seed(
        parameters: seedParameters, secrets: seedSecrets, services: seedServices, desiredCount: 1, in: place,
        at: now)
    }
    let end = DispatchSemaphore(value: 0)
    let signals = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { @Sendable in end.signal() }
      source.resume()
      return source
    }
    let server = try LocalAWSServer(aws, port: port)
    print("listening on \(server.url)")
    fflush(nil)
    end.wait()
    server.stop()
    signals.forEach { $0.cancel() }
  }
}
