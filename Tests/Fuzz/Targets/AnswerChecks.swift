// SPDX-License-Identifier: Apache-2.0
// An answer goes the whole way: through the client's own attempts, error reading and clocks. Time is simulated, so a pause that a
// header asks for costs nothing.

import Core
import Platform
import Simulation

@testable import AWS

/// Answers every request with the same.
struct Parrot: HTTPTransport {
  let response: HTTPResponse

  func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse { response }
}

struct OneKey: CredentialsProvider {
  func credentials() async throws(CredentialsFailure) -> Credentials { standardKey }
  func invalidate() async {}
}

let standardKey = Credentials(
  accessKeyID: "KEY", secretAccessKey: "s3cr3t-access-key", sessionToken: "s3cr3t-session-token",
  expiration: nil)
let exchangeLimits = HTTPLimits(
  connect: .seconds(3), silence: .seconds(3), total: .seconds(9), responseBytes: 1 << 20)
let standardEndpoints = EndpointOptions(overrides: .none, usesFIPS: false, usesDualStack: false)
private let fuzzTask = TaskRequest(
  cluster: "c", definition: "f", options: .standard, startedBy: "r", clientToken: "r")
let fuzzStart = Timestamp(milliseconds: 1_795_411_608_361)

func checkAnswer(_ bytes: [UInt8], to target: FuzzTarget) throws {
  let world = SimulatedWorld(start: fuzzStart)
  let client = try AWSClient(
    region: "eu-west-2", credentials: OneKey(), transport: Parrot(response: response(bytes, to: target)),
    time: world, endpoints: standardEndpoints, userAgent: "rollwatch/0", seed: 1, maxAttempts: 2,
    limits: ClientLimits(exchange: exchangeLimits, parametersPerSecond: 1_000, secretsPerSecond: 1_000))
  let outcome = try world.run { await Result(of: target, client) }
  switch outcome {
  case .success(let text): try expect(text.utf8.count >= 0, "the answer cannot be printed")
  case .failure(let failure):
    try expectLine("\(failure)", atMost: 4_000)
    try expect(!"\(failure)".contains("s3cr3t"), "a secret in \(failure)")
  }
  try expect(world.elapsed() < .seconds(3_600), "waited \(world.elapsed())")
}

/// For `errors` the first two parts are headers; a success is all body.
private func response(_ bytes: [UInt8], to target: FuzzTarget) -> HTTPResponse {
  guard target == .errors else { return HTTPResponse(status: 200, headers: [], body: bytes) }
  let parts = parts(bytes, 4).map { $0.first == nil ? [] : $0 }
  let (type, wait) = (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self))
  let statuses = [400, 403, 404, 408, 429, 500, 503, 301]
  return HTTPResponse(
    status: statuses[Int(parts[2].first ?? 0) % statuses.count],
    headers: [
      ("x-amzn-errortype", type), ("x-amzn-requestid", wait), ("retry-after", wait), ("date", wait),
    ], body: parts[3])
}

extension Result where Success == String, Failure == AWSFailure {
  /// What the call returned, in words: whatever is in it can be looked at.
  fileprivate init(of target: FuzzTarget, _ client: AWSClient) async {
    do throws(AWSFailure) {
      self = .success(try await Self.words(of: target, client))
    } catch {
      self = .failure(error)
    }
  }

  private static func words(of target: FuzzTarget, _ client: AWSClient) async throws(AWSFailure) -> String {
    switch target {
    case .describeParameters: "\(try await client.describeParameters(filters: [], nextToken: nil))"
    case .listSecrets: "\(try await client.listSecrets(namePrefixes: [], nextToken: nil))"
    case .describeServices: "\(try await client.describeServices(cluster: "c", services: ["s"]))"
    case .updateService: "\(try await client.updateService(cluster: "c", service: "s", restart: "r"))"
    case .listTasks: "\(try await client.listTasks(cluster: "c", startedBy: "d", desiredStatus: .stopped))"
    case .describeTasks, .errors: "\(try await client.describeTasks(cluster: "c", tasks: ["t"]))"
    case .serviceDeployments: "\(try await client.describeServiceDeployments(["d"]))"
    case .taskProtection: "\(try await client.protectedTasks(cluster: "c", among: ["t"]))"
    case .runTask: "\(try await client.runTask(fuzzTask, restart: "r"))"
    case .describeTaskDefinition: "\(try await client.describeTaskDefinition("f"))"
    case .getDeployment: "\(try await client.getDeployment("d"))"
    case .deploymentGroups: "\(try await client.batchGetDeploymentGroups(application: "a", groups: ["g"]))"
    case .listDeployments:
      "\(try await client.listDeployments(application: "a", group: "g", since: fuzzStart))"
    default: preconditionFailure("\(target) is no call")
    }
  }
}
